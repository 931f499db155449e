// Records what people get when they write machines, snapshots and actors of xstate 4 and 5 as JSON, and what the export
// that docs/machines.md shows makes of a machine.
//
//   node exports.mjs [FILE]      -> FILE, or ../tests/vectors/exports.json
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.XSTATE ?? import.meta.dirname, 'index.js'));
const five = require('xstate');
const four = require('xstate4');
const { and, or, not, stateIn, assign, raise, log, createMachine, createActor, setup, fromPromise } = five;

const manual = fs.readFileSync(path.join(import.meta.dirname, '../../docs/machines.md'), 'utf8');
const [, snippet] = /```js\n(export function[^]*?)```/.exec(manual);
const { definition } = await import(`data:text/javascript,${encodeURIComponent(snippet)}`);

const lossy = createMachine({
  id: 'order', context: { n: 0 }, initial: 'open',
  states: {
    open: {
      entry: [assign({ n: 1 }), 'greet', () => {}],
      on: {
        PAY: { target: 'paid', guard: and(['isPaid', not('isHeld')]) },
        TICK: { actions: raise({ type: 'PAY' }) },
        LOOK: [{ guard: () => true, target: 'paid' }, { actions: log('x') }, 'closed'],
      },
      after: { 1000: 'closed' },
    },
    paid: { invoke: { src: fromPromise(async () => 1), onDone: 'closed', onError: { target: 'open' } } },
    closed: { type: 'final' },
  },
});
const light = setup({ guards: { g: () => true }, actions: { act: assign({}) } }).createMachine({
  id: 'light', initial: 'red',
  states: {
    red: { on: { GO: { target: 'green', guard: 'g', actions: 'act' }, BOTH: { target: 'green', guard: and(['g', or(['g', not('g')]), stateIn('#light.red')]) } } },
    green: { initial: 'x', states: { x: {}, y: { type: 'final' } } },
  },
});
const actor = createActor(light).start();
actor.send({ type: 'GO' });
const old = four.createMachine({
  id: 'old', predictableActionArguments: true, context: { n: 0 }, initial: 'a',
  states: {
    a: {
      entry: [four.assign({ n: 1 }), 'greet', () => {}], exit: four.send('BYE'),
      on: { GO: { target: 'b', cond: 'g' }, '': [{ target: 'b', cond: 'now' }], TICK: { actions: four.actions.raise('GO') } },
      after: [{ delay: 1000, target: 'b' }], activities: ['beep'],
    },
    b: { invoke: { src: 'load', onDone: { target: 'c', actions: four.assign({ n: (_, event) => event.data }) }, onError: 'a' } },
    c: { type: 'final', data: { n: 1 } },
  },
}, { guards: { g: () => true, now: () => false }, delays: {} });

const refused = (machine) => {
  try {
    definition(machine);
    return 'nothing';
  } catch (error) {
    return error.message;
  }
};
const exports = {
  'machine.config of 5': JSON.stringify(lossy.config),
  'machine.config of 4': JSON.stringify(old.config),
  'machine of 5': JSON.stringify(light),
  'machine of 4': JSON.stringify(old),
  'snapshot of 5': JSON.stringify(actor.getSnapshot()),
  'persisted snapshot of 5': JSON.stringify(actor.getPersistedSnapshot()),
  'actor of 5': JSON.stringify(actor),
  'state of 4': JSON.stringify(old.transition('a', 'GO')),
  'safe export': definition(light),
  'safe export of what is lost': refused(lossy),
};
const file = process.argv[2] ?? path.join(import.meta.dirname, '../tests/vectors/exports.json');
fs.writeFileSync(file, `${JSON.stringify(exports, null, 1)}\n`);
console.log(`${Object.keys(exports).length} exports`);
