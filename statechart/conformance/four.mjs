// Records what xstate 4 does with definitions of its own: what `convert` makes of them must run so, too.
//
//   node four.mjs [FILE]      -> FILE, or ../tests/vectors/four.json
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const from = path.join(process.env.XSTATE ?? import.meta.dirname, 'index.js');
const require = createRequire(from);
const { createMachine, interpret } = require('xstate4');
const { SimulatedClock } = require('xstate4/lib/SimulatedClock');

const told = (name, more = {}) => ({ entry: `+${name}`, exit: `-${name}`, ...more });
const after = (state, delay) => ({ type: '@after', delay, state });

// An outer state with two inner ones, and how it is left for itself and for what is in it.
const outer = (on, more = {}) => ({
  initial: 'o',
  ...more,
  states: {
    o: told('o', { id: 'outer', initial: 'x', on, states: { x: told('x', { on: { NEXT: 'y' } }), y: told('y', { id: 'why' }) } }),
    p: told('p'),
  },
});

const cases = [
  { name: 'cond is guard', guards: { yes: true, no: false }, events: ['E'], machine: {
    initial: 'a', states: { a: { on: { E: [{ target: 'b', cond: 'no' }, { target: 'c', cond: 'yes', actions: 'went' }] } }, b: {}, c: {} },
  } },
  { name: 'a transition to the own state leaves it', events: ['NEXT', 'E'], machine: outer({ E: { target: 'o', cond: 'yes' } }), guards: { yes: true } },
  { name: 'a bare target to the own state leaves it', events: ['NEXT', 'E'], machine: outer({ E: 'o' }, { strict: false }) },
  { name: 'an internal one to the own state', events: ['NEXT', 'E'], machine: outer({ E: { target: 'o', internal: true, actions: 't' } }) },
  { name: 'to a child by its id leaves the state', events: ['E'], machine: outer({ E: { target: '#why', actions: 't' } }, { strict: false }) },
  { name: 'to a child with a dot stays', events: ['E'], machine: outer({ E: { target: '.y', actions: 't' } }, { strict: false }) },
  { name: 'to a child with a dot, external', events: ['E'], machine: outer({ E: { target: '.y', internal: false, actions: 't' } }) },
  { name: 'to a child by a path leaves the state', events: ['E'], machine: outer({ E: { target: 'o.y' } }, { strict: false }) },
  { name: 'actions alone stay', events: ['NEXT', 'E'], machine: outer({ E: { actions: 't', cond: 'yes' } }), guards: { yes: true } },
  { name: 'an atomic state to itself', events: ['E', 'F'], machine: {
    initial: 'a', predictableActionArguments: true, states: { a: told('a', { on: { E: 'a', F: { target: 'a', internal: true, actions: 'f' } } }) },
  } },
  { name: 'the root names its children without a dot', events: ['E', 'F'], machine: {
    initial: 'a', entry: '+root', exit: '-root', strict: false, on: { E: 'b', F: '.a' }, states: { a: told('a'), b: told('b') },
  } },
  { name: 'the root by a dot, external', events: ['E'], machine: {
    initial: 'a', entry: '+root', exit: '-root', on: { E: { target: '.b', internal: false } }, states: { a: told('a'), b: told('b') },
  } },
  { name: 'onEntry and onExit', events: ['E'], machine: {
    initial: 'a', states: { a: { onEntry: ['one', 'two'], onExit: 'out', on: { E: 'b' } }, b: { onEntry: 'in' } },
  } },
  { name: 'what needs no event', guards: { now: true, no: false }, events: ['E'], machine: {
    initial: 'a', states: { a: { on: { E: 'b' } }, b: { on: { '': [{ target: 'c', cond: 'no' }, { target: 'd', cond: 'now' }] } }, c: {}, d: {} },
  } },
  { name: 'what needs no event comes before always', guards: { now: true }, events: ['E'], machine: {
    initial: 'a', states: { a: { on: { E: 'b' } }, b: { always: { target: 'c', cond: 'now' }, on: { '': { target: 'd', cond: 'now' } } }, c: {}, d: {} },
  } },
  { name: 'delays in a list', events: [after('a', 20), after('b', 'D')], guards: { yes: true, no: false }, machine: {
    initial: 'a', states: {
      a: { after: [{ delay: 20, target: 'c', cond: 'no' }, { delay: 20, target: 'b', cond: 'yes', actions: 't' }, { delay: 5000, target: 'c' }] },
      b: { after: { D: { target: 'c', actions: 'u' } } }, c: {},
    },
  } },
  { name: 'events in a list', events: ['F', 'E'], guards: { no: false }, machine: {
    initial: 'a', states: { a: { on: [{ event: 'E', target: 'c', cond: 'no' }, { event: 'F', actions: 'f' }, { event: 'E', target: 'b' }] }, b: {}, c: {} },
  } },
  { name: 'in, by id and by path', events: ['E', 'F', 'GO', 'E', 'F'], machine: {
    type: 'parallel',
    states: {
      r: { initial: 'r1', states: { r1: { on: { E: { target: 'r2', in: '#there' } } }, r2: { on: { F: { target: 'r1', in: 's.s2' } } } } },
      s: { initial: 's1', states: { s1: { on: { GO: 's2' } }, s2: { id: 'there' } } },
    },
  } },
  { name: 'in and cond', events: ['E'], guards: { no: false, yes: true }, machine: {
    type: 'parallel',
    states: {
      r: { initial: 'r1', states: { r1: { on: { E: [{ target: 'r2', in: '#here', cond: 'no' }, { target: 'r3', in: '#here', cond: 'yes' }] } }, r2: {}, r3: {} } },
      s: { initial: 's1', states: { s1: { id: 'here' } } },
    },
  } },
  { name: 'history', events: ['NEXT', 'OUT', 'BACK'], machine: {
    initial: 'w', strict: false, states: {
      w: told('w', { initial: 'x', on: { OUT: 'away' }, states: { x: { on: { NEXT: 'y' } }, y: told('y'), h: { type: 'history' } } }),
      away: { on: { BACK: 'w.h' } },
    },
  } },
  { name: 'done states', events: ['E'], machine: {
    initial: 'a', predictableActionArguments: true, states: {
      a: { initial: 'x', onDone: { target: 'b', actions: 'done' }, states: { x: { on: { E: 'y' } }, y: { type: 'final' } } }, b: {},
    },
  } },
  { name: 'another delimiter', events: ['E'], machine: {
    initial: 'a', delimiter: '/', states: { a: { on: { E: 'b/c' } }, b: { initial: 'd', states: { c: {}, d: {} } } },
  } },
];

function names(node, key, into = new Set()) {
  if (Array.isArray(node)) node.forEach((inner) => names(inner, key, into));
  else if (node !== null && typeof node === 'object') {
    for (const [name, value] of Object.entries(node)) {
      if (key.includes(name)) [value].flat().forEach((one) => typeof one === 'string' && into.add(one));
      names(value, key, into);
    }
  }
  return into;
}

function run({ machine: definition, guards = {}, events }) {
  let ran = [];
  const table = (list, make) => Object.fromEntries([...list].map((name) => [name, make(name)]));
  const actions = table(names(definition, ['entry', 'exit', 'onEntry', 'onExit', 'actions']), (name) => () => ran.push(name));
  const answers = table(Object.keys(guards), (name) => () => guards[name]);
  const config = { predictableActionArguments: true, ...JSON.parse(JSON.stringify(definition)) };
  const machine = createMachine(config, { actions, guards: answers, delays: { D: 1000 } });
  const clock = new SimulatedClock();
  const service = interpret(machine, { clock }).start();
  const line = (event) => {
    const { value, done } = service.getSnapshot();
    const actions = ran;
    ran = [];
    return { event, state: value, actions, done: !!done };
  };
  const lines = [line(null)];
  for (const event of events) {
    if (event.type === '@after') clock.increment(event.delay === 'D' ? 1000 : event.delay);
    else service.send(event);
    lines.push(line(event.type));
  }
  return lines;
}

const vectors = cases.map(({ name, machine, guards = {}, events }) => {
  const list = events.map((event) => (typeof event === 'string' ? { type: event } : event));
  return { name, machine, guards, events: list, lines: run({ machine, guards, events: list }) };
});
const file = process.argv[2] ?? path.join(import.meta.dirname, '../tests/vectors/four.json');
fs.writeFileSync(file, `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`);
console.log(`${vectors.length} cases of xstate 4`);
