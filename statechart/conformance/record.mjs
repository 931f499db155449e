// Records what xstate does.
//
//   node record.mjs [written FILE]      the written cases (cases.mjs) -> FILE, or ../tests/vectors/written.json
//   node record.mjs random N SEED FILE  drawn machines, until N of them ran in xstate
//
// Drawn cases are cut where xstate's active states are no longer in document order (it then goes by the order in which
// they were entered, which this crate does not imitate) or are no whole configuration (a state without its parent).
import fs from 'node:fs';
import path from 'node:path';
import { run } from './oracle.mjs';
import { draw, generator } from './random.mjs';

const [mode, ...rest] = process.argv.slice(2);

if (mode === 'random') {
  const [count, seed, file] = rest;
  const random = generator(Number(seed));
  const vectors = [];
  const tally = { drawn: 0, kept: 0, cut: 0, endless: 0, refused: 0 };
  for (let index = 0; tally.kept < Number(count); index++) {
    // Far fewer than half are not kept; when nearly none is, xstate is not what it was.
    if (++tally.drawn > 10 * Number(count) + 100) throw new Error(`too few are kept: ${JSON.stringify(tally)}`);
    const { machine, guards, events } = draw(random);
    const name = `drawn ${seed}/${index}`;
    const result = run(machine, guards, events);
    if (result.endless) {
      tally.endless++;
      if (result.sound) vectors.push({ name, machine, guards, events, endless: true });
    } else if (result.refused !== undefined) {
      tally.refused++;
      vectors.push({ name, machine, guards, events, refused: result.refused });
    } else {
      const keep = result.sound;
      if (keep < result.lines.length) tally.cut++;
      if (keep === 0) continue;
      tally.kept++;
      vectors.push({ name, machine, guards, events: events.slice(0, keep - 1), lines: result.lines.slice(0, keep) });
    }
  }
  fs.writeFileSync(file, `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`);
  console.log(JSON.stringify(tally));
} else {
  const { cases } = await import('./cases.mjs');
  const vectors = cases.map(({ name, machine, guards = {}, events = [] }) => {
    const list = events.map((event) => (typeof event === 'string' ? { type: event } : event));
    const result = run(machine, guards, list);
    if (!result.lines) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return { name, machine, guards, events: list, lines: result.lines };
  });
  const file = rest[0] ?? path.join(import.meta.dirname, '../tests/vectors/written.json');
  fs.writeFileSync(file, `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`);
  console.log(`${vectors.length} cases`);
}
