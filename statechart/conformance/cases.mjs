// Written cases: one behaviour each. Events may be plain names.
const after = (state, delay) => ({ type: '@after', delay, state });

// A state that tells when it is entered and left.
const told = (name, more = {}) => ({ entry: `+${name}`, exit: `-${name}`, ...more });

const regions = (on = {}) => ({
  initial: 'p',
  states: {
    p: told('p', {
      type: 'parallel',
      on: { OWN: { actions: 'own' }, RESTART: { target: 'p', reenter: true } },
      states: {
        a: told('a', { initial: 'a1', on: on.a ?? {}, states: { a1: told('a1', { on: { GO: { target: 'a2', actions: 'goA' } } }), a2: told('a2') } }),
        b: told('b', { initial: 'b1', on: on.b ?? {}, states: { b1: told('b1', { on: { GO: { target: 'b2', actions: 'goB' } } }), b2: told('b2') } }),
      },
    }),
  },
});

const remembering = (history, more = {}) => ({
  initial: 'work',
  states: {
    work: told('work', {
      initial: { target: 'one', actions: 'initial' },
      on: { LEAVE: 'away' },
      states: {
        one: told('one', { on: { NEXT: 'two' } }),
        two: told('two', { initial: 'x', states: { x: told('x', { on: { NEXT: 'y' } }), y: told('y') } }),
        was: { type: 'history', history, ...more },
      },
    }),
    away: told('away', { on: { BACK: 'work.was' } }),
  },
});

export const cases = [
  { name: 'a machine without child states', machine: { entry: 'hello', on: { A: { actions: 'a' }, B: {} } }, events: ['A', 'B', 'C'] },
  { name: 'actions run in the order exits, transition, entries', machine: {
    initial: 'a',
    states: {
      a: told('a', { initial: 'b', states: { b: told('b', { on: { GO: { target: '#d', actions: ['one', { type: 'two', params: { n: 1 } }] } } }) } }),
      c: told('c', { initial: { target: 'd', actions: ['init1', 'init2'] }, states: { d: told('d', { id: 'd' }) } }),
    },
  }, events: ['GO', 'GO'] },
  { name: 'initial actions run between the entries of parent and child', machine: {
    initial: { target: 'a', actions: 'root initial' }, entry: '+root',
    states: { a: told('a', { initial: { target: 'b', actions: 'a initial' }, states: { b: told('b') } }) },
  } },
  { name: 'the first candidate whose guard holds is taken', guards: { yes: true, no: false }, machine: {
    initial: 'a', states: { a: { on: { E: [{ guard: 'no', target: 'b' }, { guard: 'yes', target: 'c' }, 'd'] } }, b: {}, c: {}, d: {} },
  }, events: ['E'] },
  { name: 'a guard that fails lets the event bubble', guards: { no: false }, machine: {
    initial: 'a', on: { E: { actions: 'root' } }, states: { a: { on: { E: { guard: 'no', actions: 'child' } } } },
  }, events: ['E'] },
  { name: 'and, or, not and stateIn', guards: { yes: true, no: false }, machine: {
    initial: 'a',
    states: {
      a: {
        on: {
          AND: [{ guard: { type: 'and', guards: ['yes', 'no'] }, actions: 'wrong' }, { guard: { type: 'and', guards: ['yes', { type: 'not', guards: ['no'] }] }, actions: 'and' }],
          OR: { guard: { type: 'or', guards: ['no', { type: 'yes', params: { n: 1 } }] }, actions: 'or' },
          NONE: [{ guard: { type: 'or', guards: [] }, actions: 'wrong' }, { guard: { type: 'and', guards: [] }, actions: 'empty and' }],
          IN: { guard: { type: 'stateIn', params: { state: '#a' } }, actions: 'in a' },
          OUT: { guard: { type: 'stateIn', params: { state: 'b.c' } }, actions: 'in b.c' },
        }, id: 'a',
      },
      b: { initial: 'c', states: { c: {} } },
    },
  }, events: ['AND', 'OR', 'NONE', 'IN', 'OUT'] },
  { name: 'forbidden events stop the parent and the own wildcard', machine: {
    initial: 'a', on: { E: { actions: 'root' }, F: { actions: 'root' } },
    states: { a: { on: { E: {}, F: '', '*': { actions: 'star' } } } },
  }, events: ['E', 'F', 'G'] },
  { name: 'an empty list forbids nothing', machine: { initial: 'a', on: { E: { actions: 'root' } }, states: { a: { on: { E: [] } } } }, events: ['E'] },
  { name: 'wildcards by falling length, exact first', guards: { no: false }, machine: {
    initial: 'a', on: { 'a.b': { actions: 'root exact' } },
    states: { a: { on: { '*': { actions: 'star' }, 'a.*': { actions: 'a.*' }, 'a.b.*': { actions: 'a.b.*' }, 'a.b.c': { guard: 'no', actions: 'exact' } } } },
  }, events: ['a.b.c', 'a.b', 'a', 'a.x', 'ab', 'other', 'a.b.c.d'] },
  { name: 'a star elsewhere is text', machine: {
    initial: 'a', states: { a: { on: { '*.b': { actions: '*.b' }, 'a.*.c': { actions: 'a.*.c' }, 'a*': { actions: 'a*' } } } },
  }, events: ['x.b', '*.b', 'a.b.c', 'a.*.c', 'ab', 'a*'] },
  { name: 'a wildcard catches internal events that nothing else takes', machine: {
    initial: 'a', states: { a: { initial: 'b', on: { '*': { actions: 'star' } }, states: { b: { on: { E: 'c' } }, c: { type: 'final' } } } },
  }, events: ['E'] },
  { name: 'an atomic state that targets itself runs only its actions', machine: {
    initial: 'a', states: { a: told('a', { on: { SELF: { target: 'a', actions: 'self' }, AGAIN: { target: 'a', actions: 'again', reenter: true }, STAY: { actions: 'stay' } } }) },
  }, events: ['SELF', 'AGAIN', 'STAY'] },
  { name: 'a compound state that targets itself restarts only its children', machine: {
    initial: 'a',
    states: { a: told('a', {
      initial: { target: 'b', actions: 'initial' },
      on: { SELF: { target: 'a', actions: 'self' }, AGAIN: { target: 'a', reenter: true }, CHILD: '.c', RECHILD: { target: '.c', reenter: true } },
      states: { b: told('b'), c: told('c') },
    }) },
  }, events: ['CHILD', 'SELF', 'AGAIN', 'RECHILD', 'CHILD'] },
  { name: 'targeting an ancestor leaves and enters it', machine: {
    initial: 'a', entry: '+root', exit: '-root', id: 'm',
    states: { a: told('a', { id: 'a', initial: 'b', states: { b: told('b', { on: { UP: '#a', ROOT: '#m', REROOT: { target: '#m', reenter: true } } }) } }) },
  }, events: ['UP', 'ROOT', 'REROOT'] },
  { name: 'from the root a child keeps it, reenter does not', machine: {
    initial: 'a', entry: '+root', exit: '-root', on: { A: '.a', B: { target: '.b', reenter: true } },
    states: { a: told('a'), b: told('b') },
  }, events: ['A', 'B', 'B'] },
  { name: 'paths: siblings with a path, own children, ids with a path', machine: {
    initial: 'a', id: 'm',
    states: {
      a: { on: { SIB: 'b.c', ID: '#bee.d', ROOT: '#m.b.d' } },
      b: { id: 'bee', initial: 'c', on: { OWN: '.d', BACK: 'a' }, states: { c: { on: { SIB: 'd' } }, d: {} } },
    },
  }, events: ['SIB', 'OWN', 'BACK', 'ID', 'BACK', 'ROOT', 'BACK', 'SIB', 'SIB'] },
  { name: 'regions step together, actions by phase', machine: regions(), events: ['GO', 'OWN', 'GO'] },
  { name: 'a parallel state is asked only when no region handled the event', machine: regions({ a: { OWN: { actions: 'a own' } } }), events: ['OWN'] },
  { name: 'a region that reenters itself restarts all regions', machine: regions({ a: { AGAIN: { target: 'a', reenter: true }, OTHER: 'b' } }), events: ['GO', 'AGAIN', 'GO', 'OTHER', 'RESTART'] },
  { name: 'conflicting regions: the earlier one wins', machine: regions({ a: { X: { target: 'b', actions: 'from a' } }, b: { X: { target: 'a', actions: 'from b' } } }), events: ['GO', 'X'] },
  { name: 'two targets in two regions', machine: {
    initial: 'idle',
    states: {
      idle: { on: { GO: { target: ['p.a.a2', 'p.b.b2'] }, HALF: { target: ['p.b.b2'] } } },
      p: told('p', { type: 'parallel', states: {
        a: told('a', { initial: { target: 'a1', actions: 'a initial' }, states: { a1: told('a1'), a2: told('a2') } }),
        b: told('b', { initial: { target: 'b1', actions: 'b initial' }, states: { b1: told('b1'), b2: told('b2', { on: { BACK: '#idle' } }) } }),
      } }),
    },
  }, events: ['GO'], fix: (machine) => { machine.states.idle.id = 'idle'; } },
  { name: 'initial actions of other regions are skipped when one is targeted', machine: {
    initial: 'idle',
    states: {
      idle: { on: { HALF: 'p.b.b2', WHOLE: 'p' } },
      p: { type: 'parallel', states: {
        a: { initial: { target: 'a1', actions: 'a initial' }, states: { a1: {} } },
        b: { initial: { target: 'b1', actions: 'b initial' }, states: { b1: {}, b2: {} } },
      } },
    },
  }, events: ['HALF'] },
  { name: 'shallow history', machine: remembering('shallow'), events: ['LEAVE', 'BACK', 'NEXT', 'NEXT', 'LEAVE', 'BACK'] },
  { name: 'deep history', machine: remembering('deep'), events: ['NEXT', 'NEXT', 'LEAVE', 'BACK', 'LEAVE', 'BACK'] },
  { name: 'history without memory: its target', machine: {
    initial: 'away', states: { ...remembering('deep', { target: 'two.y' }).states },
  }, events: ['BACK', 'LEAVE', 'BACK'] },
  { name: 'history without memory: the initial state with its actions', machine: { initial: 'away', states: remembering('shallow').states }, events: ['BACK'] },
  { name: 'history of a parallel state', machine: {
    initial: 'off',
    states: {
      off: { on: { ON: 'p.was' } },
      p: told('p', { type: 'parallel', on: { OFF: 'off' }, states: {
        a: { initial: 'a1', states: { a1: { on: { GO: 'a2' } }, a2: told('a2') } },
        b: { initial: 'b1', states: { b1: { on: { GO: 'b2' } }, b2: told('b2') } },
        was: { type: 'history', history: 'deep' },
      } }),
    },
  }, events: ['ON', 'GO', 'OFF', 'ON'] },
  { name: 'always runs until nothing is enabled', guards: { yes: true, no: false }, machine: {
    initial: 'a',
    states: { a: { on: { GO: 'b' } }, b: told('b', { always: [{ guard: 'no', target: 'a' }, { guard: 'yes', target: 'c' }] }), c: told('c', { always: 'd' }), d: told('d') },
  }, events: ['GO'] },
  { name: 'always at the start', machine: { initial: 'a', states: { a: told('a', { always: { target: 'b', actions: 'go' } }), b: told('b') } } },
  { name: 'an always without target runs once in a macrostep, whatever the event', machine: {
    initial: 'a', states: { a: { on: { E: { actions: 'e' } }, always: { actions: 'always' } } },
  }, events: ['E', 'UNKNOWN'] },
  { name: 'an always to itself runs once', machine: { initial: 'a', states: { a: told('a', { always: { target: 'a', actions: 'always' } }) } }, events: ['E'] },
  { name: 'eventless goes before internal events', machine: {
    initial: 'a',
    states: {
      a: { initial: 'x', onDone: { target: 'c', actions: 'done' }, states: { x: { on: { GO: 'f' } }, f: { type: 'final', always: { actions: 'eventless' } } } },
      c: told('c'),
    },
  }, events: ['GO'] },
  { name: 'onDone of a compound state, its id in the event', machine: {
    initial: 'a',
    states: { a: told('a', { id: 'custom', initial: 'x', onDone: { target: 'b', actions: 'done' }, states: { x: { on: { GO: 'f' } }, f: told('f', { type: 'final' }) } }), b: told('b') },
  }, events: ['GO'] },
  { name: 'done events by name', machine: {
    initial: 'a', id: 'm', on: { 'xstate.done.state.m.a': { target: '.b', actions: 'by name' } },
    states: { a: { initial: 'x', states: { x: { on: { GO: 'f' } }, f: { type: 'final' } } }, b: {} },
  }, events: ['GO'] },
  { name: 'onDone of a parallel state comes after those of its regions', machine: {
    initial: 'p',
    states: {
      p: { type: 'parallel', onDone: { target: 'end', actions: 'p done' }, states: {
        a: { initial: 'a1', onDone: { actions: 'a done' }, states: { a1: { on: { A: 'a2', BOTH: 'a2' } }, a2: { type: 'final' } } },
        b: { initial: 'b1', onDone: { actions: 'b done' }, states: { b1: { on: { B: 'b2', BOTH: 'b2' } }, b2: { type: 'final' } } },
      } },
      end: {},
    },
  }, events: ['A', 'B'] },
  { name: 'both regions done at once', machine: {
    initial: 'p',
    states: {
      p: { type: 'parallel', onDone: { target: 'end', actions: 'p done' }, states: {
        a: { initial: 'a1', onDone: { actions: 'a done' }, states: { a1: { on: { BOTH: 'a2' } }, a2: { type: 'final' } } },
        b: { initial: 'b1', onDone: { actions: 'b done' }, states: { b1: { on: { BOTH: 'b2' } }, b2: { type: 'final' } } },
      } },
      end: {},
    },
  }, events: ['BOTH'] },
  { name: 'a machine that is done runs all exits and takes no more events', machine: {
    initial: 'a', exit: '-root', on: { E: { actions: 'e' } },
    states: { a: told('a', { on: { GO: 'f' } }), f: told('f', { type: 'final', always: { actions: 'never' } }) },
  }, events: ['E', 'GO', 'E', 'GO'] },
  { name: 'a parallel root is done when all regions are', machine: {
    type: 'parallel', exit: '-root',
    states: {
      a: { initial: 'a1', states: { a1: { on: { A: 'a2' } }, a2: told('a2', { type: 'final', on: { AGAIN: 'a1' } }) } },
      b: { initial: 'b1', states: { b1: { on: { B: 'b2' } }, b2: told('b2', { type: 'final' }) } },
    },
  }, events: ['A', 'B', 'A'] },
  { name: 'a nested final state may handle events', machine: {
    initial: 'a', states: { a: { initial: 'f', states: { f: told('f', { type: 'final', on: { BACK: 'x' } }), x: told('x') } } },
  }, events: ['BACK'] },
  { name: 'delayed transitions', machine: {
    initial: 'a',
    states: {
      a: told('a', { after: { 1000: { target: 'b', actions: 'late' } }, on: { AGAIN: { target: 'a', reenter: true } } }),
      b: told('b', { after: { soon: [{ guard: 'no', target: 'a' }, { target: 'c' }] } }), c: told('c'),
    },
  }, guards: { no: false }, events: [after('b', 'soon'), 'AGAIN', after('a', 1000), after('a', 1000), after('b', 'soon')] },
  { name: 'a timer fires once for each entry', machine: {
    initial: 'a', states: { a: { after: { 50: { actions: 'tick' } }, on: { AGAIN: { target: 'a', reenter: true } } } },
  }, events: [after('a', 50), after('a', 50), 'AGAIN', after('a', 50)] },
  { name: 'timers of the root', machine: { initial: 'a', after: { 10: '.b' }, states: { a: {}, b: {} } }, events: [after('', 10)] },
  { name: 'several timers of one state', machine: {
    initial: 'a',
    states: { a: told('a', { after: { 10: { actions: 'ten' }, 20: { target: 'b', actions: 'twenty' }, soon: { actions: 'soon' } } }), b: told('b') },
  }, events: [after('a', 'soon'), after('a', 10), after('a', 20), after('a', 10)] },
  { name: 'always of the root', guards: { yes: true }, machine: {
    initial: 'a', always: { guard: { type: 'and', guards: ['yes', { type: 'stateIn', params: { state: 'b' } }] }, target: '.c', actions: 'root always' },
    states: { a: told('a', { on: { GO: 'b' } }), b: told('b'), c: told('c') },
  }, events: ['GO', 'GO'] },
  { name: 'a transition that has only meta keeps the event from parents and wildcards', machine: {
    initial: 'a', on: { E: { actions: 'root' } },
    states: { a: { on: { E: { meta: { label: 'E' } }, '*': { actions: 'star' } } } },
  }, events: ['E', 'F'] },
  { name: 'deep history within a region', machine: {
    type: 'parallel',
    states: {
      r: { initial: 'work', states: {
        work: told('work', { initial: 'x', on: { OFF: 'off' }, states: { x: { initial: 'x1', on: { SIDE: 'y' }, states: { x1: { on: { NEXT: 'x2' } }, x2: told('x2') } }, y: told('y'), was: { type: 'history', history: 'deep' } } }),
        off: told('off', { on: { ON: 'work.was' } }),
      } },
      s: { initial: 's1', states: { s1: { on: { OFF: 's2' } }, s2: told('s2', { on: { ON: 's1' } }) } },
    },
  }, events: ['NEXT', 'OFF', 'ON', 'SIDE', 'OFF', 'ON'] },
  { name: 'keys that are whole numbers come first', machine: {
    type: 'parallel', states: { z: told('z', { on: { E: { actions: 'z' } } }), 2: told('2', { on: { E: { actions: '2' } } }), 1: told('1', { on: { E: { actions: '1' } } }) },
  }, events: ['E'] },
];

for (const { fix, machine } of cases) fix?.(machine);
