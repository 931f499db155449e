// Draws machines: hierarchy, parallel states, history, final states, guards, always, after, wildcards.

export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit) => Math.floor(next() * limit);
  const pick = (list) => list[below(list.length)];
  return { next, below, pick, chance: (share) => next() < share };
}

const EVENTS = ['A', 'B', 'C', 'a.b', 'a.b.c', 'D'];
const WILDCARDS = ['*', 'a.*', 'a.b.*', 'xstate.done.*'];
const GUARDS = ['g0', 'g1', 'g2', 'g3'];

export function draw(random) {
  const all = [];
  let count = 0;

  function shape(parent, depth, kind) {
    const node = { key: parent ? `s${count++}` : 'root', parent, kind, children: [] };
    node.path = parent ? [...parent.path, node.key] : [];
    all.push(node);
    if (parent && random.chance(0.15)) node.id = `id_${node.key}`;
    if (kind === 'compound' || kind === 'parallel') {
      const children = 2 + random.below(2);
      for (let i = 0; i < children; i++) {
        const draws = depth >= 3 ? ['atomic'] : ['atomic', 'atomic', 'atomic', 'compound', 'compound', 'parallel'];
        let child = random.pick(draws);
        if (i > 0 && random.chance(0.2)) child = 'final';
        node.children.push(shape(node, depth + 1, child));
      }
      if (random.chance(0.3)) node.children.splice(random.below(node.children.length + 1), 0, shape(node, depth + 1, 'history'));
    }
    return node;
  }

  const root = shape(null, 0, random.chance(0.25) ? 'parallel' : 'compound');
  // The order in `all` is that of drawing, not of the document; nothing depends on it.
  const idOf = (node) => (node.id ? `#${node.id}` : `#${['(machine)', ...node.path].join('.')}`);
  const guardTree = (depth = 0) => {
    const kind = random.below(depth > 2 ? 4 : 10);
    if (kind < 6) return random.chance(0.5) ? random.pick(GUARDS) : { type: random.pick(GUARDS), params: { n: 1 } };
    if (kind === 6) return { type: 'and', guards: [guardTree(depth + 1), guardTree(depth + 1)] };
    if (kind === 7) return { type: 'or', guards: [guardTree(depth + 1), guardTree(depth + 1)] };
    if (kind === 8) return { type: 'not', guards: [guardTree(depth + 1)] };
    const node = random.pick(all.filter((other) => other.kind !== 'history' && other.parent));
    return { type: 'stateIn', params: { state: random.chance(0.5) ? idOf(node) : node.path.join('.') } };
  };
  const target = (source) => {
    const roll = random.below(10);
    if (roll < 5 && source.parent) return random.pick(source.parent.children).key;
    if (roll < 7 && source.children.length) return `.${random.pick(source.children).key}`;
    if (roll === 7 && source.children.length) {
      const inner = random.pick(source.children);
      if (inner.children.length) return `.${inner.key}.${random.pick(inner.children).key}`;
    }
    return idOf(random.pick(all));
  };
  let actions = 0;
  const transition = (source, guardShare) => {
    const made = {};
    if (random.chance(guardShare)) made.guard = guardTree();
    if (random.chance(0.85)) made.target = target(source);
    if (random.chance(0.08)) {
      const parallels = all.filter((node) => node.kind === 'parallel');
      if (parallels.length) {
        const regions = random.pick(parallels).children.filter((node) => node.kind !== 'history');
        made.target = regions.map((region) => {
          const inner = all.filter((node) => node === region || node.path.join('.').startsWith(`${region.path.join('.')}.`));
          return idOf(random.pick(inner));
        });
      }
    }
    if (random.chance(0.4)) made.actions = random.chance(0.7) ? `t${actions++}` : [`t${actions++}`, { type: `t${actions++}` }];
    if (random.chance(0.2)) made.reenter = true;
    return made;
  };
  const list = (source, guardShare) => {
    if (random.chance(0.06)) return '';
    if (random.chance(0.04)) return {};
    const one = transition(source, guardShare);
    if (Object.keys(one).length === 1 && typeof one.target === 'string' && random.chance(0.5)) return one.target;
    if (random.chance(0.25)) return [one, transition(source, guardShare)];
    return one;
  };

  function write(node) {
    const made = {};
    if (node.id) made.id = node.id;
    const name = node.path.join('.') || 'root';
    if (node.kind === 'history') {
      made.type = 'history';
      if (random.chance(0.5)) made.history = random.pick(['deep', 'shallow']);
      const siblings = node.parent.children.filter((other) => other.kind !== 'history');
      const sibling = random.pick(siblings);
      if (random.chance(0.4)) {
        made.target = sibling.key;
        if (sibling.children.length && random.chance(0.4)) {
          const inner = random.pick(sibling.children.filter((other) => other.kind !== 'history'));
          made.target = `${sibling.key}.${inner.key}`;
        }
      }
      return made;
    }
    if (node.kind === 'final' || node.kind === 'parallel') made.type = node.kind;
    if (random.chance(0.7)) made.entry = [`+${name}`];
    if (random.chance(0.7)) made.exit = [`-${name}`];
    if (node.kind === 'compound') {
      const child = random.pick(node.children.filter((other) => other.kind !== 'history' && other.kind !== 'final'));
      made.initial = random.chance(0.25) ? { target: child.key, actions: `i:${name}` } : child.key;
    }
    const on = {};
    for (const event of EVENTS) if (random.chance(node.kind === 'atomic' ? 0.35 : 0.18)) on[event] = list(node, 0.35);
    for (const event of WILDCARDS) if (random.chance(0.05)) on[event] = list(node, 0.35);
    if (Object.keys(on).length) made.on = on;
    if (node.parent && (node.kind === 'compound' || node.kind === 'parallel') && random.chance(0.5)) made.onDone = list(node, 0.2);
    if (random.chance(0.15)) made.always = [transition(node, 0.95)];
    if (random.chance(0.15)) {
      made.after = { [random.pick(['1000', '50', 'soon'])]: random.chance(0.5) ? target(node) : transition(node, 0.3) };
      if (random.chance(0.3)) made.after[2000] = [transition(node, 0.3)];
    }
    if (node.children.length) made.states = Object.fromEntries(node.children.map((child) => [child.key, write(child)]));
    return made;
  }

  const machine = write(root);
  const guards = Object.fromEntries(GUARDS.map((guard) => [guard, random.chance(0.5)]));
  const timers = all.filter((node) => node.kind !== 'history');
  const event = () => {
    if (random.chance(0.12)) {
      const waiting = timers.filter((node) => find(machine, node.path).after);
      if (waiting.length) {
        const node = random.pick(waiting);
        const delay = random.pick(Object.keys(find(machine, node.path).after));
        return { type: '@after', delay: Number.isNaN(+delay) ? delay : +delay, state: node.path.join('.') };
      }
    }
    return { type: random.chance(0.05) ? random.pick(['a', 'a.x', 'E', 'a.b.c.d']) : random.pick(EVENTS) };
  };
  const events = Array.from({ length: 12 }, event);
  return { machine, guards, events };
}

function find(machine, path) {
  return path.reduce((node, key) => node.states[key], machine);
}
