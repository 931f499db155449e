// Runs a definition with xstate itself and writes the lines that `waybill machine simulate` should print.
// xstate is looked up in the folder that XSTATE names (a folder with node_modules), else beside this file.
import { createRequire } from 'node:module';
import path from 'node:path';

const from = path.join(process.env.XSTATE ?? import.meta.dirname, 'index.js');
const { createActor, createMachine, and, or, not, stateIn } = createRequire(from)('xstate');

const LIMIT = 1000;

function guard(written) {
  if (written === null || typeof written !== 'object') return written;
  switch (written.type) {
    case 'and': return and(written.guards.map(guard));
    case 'or': return or(written.guards.map(guard));
    case 'not': return not(guard(written.guards[0]));
    case 'stateIn': return stateIn(written.params.state);
    default: return written;
  }
}

// xstate's and(), or(), not(), stateIn() are functions, hence cannot be written in JSON.
function revive(node) {
  if (Array.isArray(node)) return node.map(revive);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).map(([key, value]) => [key, key === 'guard' ? guard(value) : revive(value)]);
  return Object.fromEntries(entries);
}

function names(node, key, into = new Set()) {
  if (Array.isArray(node)) node.forEach((inner) => names(inner, key, into));
  else if (node !== null && typeof node === 'object') {
    for (const [name, value] of Object.entries(node)) {
      if (name === 'after') Object.keys(value).forEach((delay) => into.add(delay));
      names(value, key, into);
    }
  }
  return into;
}

// Timers that run only when told to. One that is set again takes the place of the one before: xstate forgets that one
// without stopping it when it enters a state that it has not left (its own history leads back to it).
function handClock() {
  const timers = new Map();
  const seen = new Map();
  let actor;
  let next = 0;
  return {
    timers,
    watch(other) { actor = other; },
    clock: {
      setTimeout(fire) {
        const scheduled = Object.entries(actor.system.getSnapshot()._scheduledEvents);
        const [key, event] = scheduled.find(([candidate, event]) => seen.get(candidate) !== event);
        seen.set(key, event);
        for (const [id, timer] of timers) if (timer.key === key) timers.delete(id);
        timers.set(++next, { key, fire });
        return next;
      },
      clearTimeout(id) { timers.delete(id); },
    },
    fire(event) {
      for (const [id, timer] of timers) {
        if (timer.key?.endsWith(`.${event}`)) {
          timers.delete(id);
          timer.fire();
          return;
        }
      }
    },
  };
}

const byName = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const inOrder = (nodes) => nodes.every((node, index) => index === 0 || nodes[index - 1].order < node.order);

// Every state has its parent beside it, every compound state one child, every parallel state all of them. xstate loses
// states when a microstep follows a history that the same microstep recorded.
function whole(nodes) {
  const active = new Set(nodes);
  return nodes.every((node) => {
    if (node.parent && !active.has(node.parent)) return false;
    const children = Object.values(node.states).filter((child) => child.type !== 'history');
    const count = children.filter((child) => active.has(child)).length;
    if (node.type === 'compound') return count === 1;
    return node.type !== 'parallel' || count === children.length;
  });
}

// { lines, sound } where sound is the number of lines up to which xstate's states were a configuration in document
// order; { endless: true, sound } when it did not come to rest; { refused } when it does not take the machine.
export function run(definition, guards, events) {
  let ran = [];
  let machine;
  try {
    const recorders = new Proxy({}, { get: (_, name) => () => ran.push(name), has: () => true });
    const answers = Object.fromEntries(Object.entries(guards).map(([name, answer]) => [name, () => answer]));
    const delays = Object.fromEntries([...names(definition)].map((delay) => [delay, 1000]));
    machine = createMachine({ ...revive(definition), options: { maxIterations: LIMIT } })
      .provide({ guards: answers, delays });
    machine.implementations.actions = recorders;
  } catch (error) {
    return { refused: error.message };
  }
  const hand = handClock();
  let sound = true;
  let failed;
  const lines = [];
  let actor;
  let before;
  const line = (event) => {
    const snapshot = actor.getSnapshot();
    const leaves = snapshot._nodes.filter((node) => node.type === 'atomic' || node.type === 'final');
    const state = snapshot.value;
    const moved = JSON.stringify(leaves.map((node) => node.id).sort());
    lines.push({
      event,
      state,
      configuration: leaves.map((node) => node.path.join('.')).sort(byName),
      actions: ran,
      changed: before === undefined || before !== moved || ran.length > 0,
      done: snapshot.status === 'done',
    });
    before = moved;
    ran = [];
  };
  let soundLines = 0;
  try {
    actor = createActor(machine, {
      clock: hand.clock,
      inspect: (seen) => {
        if (seen.type === '@xstate.microstep' 
          && !(inOrder(seen.snapshot._nodes) && whole(seen.snapshot._nodes))) sound = false;
      },
    });
    hand.watch(actor);
    actor.subscribe({ error: (error) => { failed = error; } });
    actor.start();
    if (actor.getSnapshot().status === 'error') throw actor.getSnapshot().error;
    line(null);
    if (sound) soundLines = lines.length;
    for (const event of events) {
      if (event.type === '@after') {
        const node = [...machine.idMap.values()].find((node) => node.path.join('.') === event.state);
        hand.fire(`xstate.after.${event.delay}.${node.id}`);
      } else {
        actor.send(event);
      }
      if (failed) throw failed;
      line(event.type);
      if (sound) soundLines = lines.length;
    }
  } catch (error) {
    if (/Infinite loop/.test(error.message)) return { endless: true, sound: sound ? 1 : 0 };
    return { refused: error.message, broken: true };
  }
  return { lines, sound: soundLines };
}
