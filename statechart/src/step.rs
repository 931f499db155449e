//! The step algorithm: one event in, one macrostep out, as `XState` 5 runs it.
//!
//! A macrostep is the microstep of the event, then eventless transitions and internal events until nothing is left to
//! do or the machine is done. Function names follow SCXML. The host answers guards and runs actions while the step goes;
//! a failure of the host ends the step, and the snapshot that was given stays valid because it was never changed.
//!
//! It does not see what actions change: after an eventless transition that left the active states and the history as
//! they were, eventless transitions are not tried again in the same macrostep.

use std::collections::VecDeque;

use crate::host::{Host, Step, StepError};
use crate::machine::Machine;
use crate::model::{ActionRef, Kind, StateId, TransitionId};
use crate::plan::Plan;
use crate::set::StateSet;
use crate::snapshot::Snapshot;

/// Microsteps that a macrostep may take without an event; one that takes more is taken to be endless.
pub(crate) const STEP_LIMIT: u32 = 1_000;

/// The event of the initial macrostep, as guards and actions see it.
const INIT_EVENT: &str = "xstate.init";

/// How a machine that was let run without an event went on.
pub(crate) enum Rest {
    /// It came to rest, or what the host answered ended the run, or the run was too much work to follow.
    Unknown,
    /// It is where it was before, and these are the transitions that led it there.
    Circle(Vec<TransitionId>),
    /// It took more microsteps than are allowed, and was in a new place after each as far as was seen.
    Long(Vec<TransitionId>),
}

/// Lets a machine run from `at`, where `leaf` was just entered, without an event. Before each microstep `may_go_on` is
/// asked, and told what is active.
pub(crate) fn rest_from<H: Host>(
    machine: &Machine,
    at: &Snapshot,
    leaf: StateId,
    host: &mut H,
    mut may_go_on: impl FnMut(&StateSet) -> bool,
) -> Rest {
    let mut run = Macrostep::new(machine, at.clone(), host);
    run.done = machine.is_done(at);
    if machine.state(leaf).kind == Kind::Final {
        run.complete(leaf, &mut StateSet::for_states(machine.states.len()));
    }
    let mut next = Next { event: INIT_EVENT, try_eventless: true };
    // Brent's way to find a circle: one place is remembered, a later one each time that the steps have doubled.
    let mut mark = (at.clone(), run.internal.clone(), next, 0);
    for step in 1..=STEP_LIMIT {
        if !may_go_on(&run.now.active) || !matches!(run.settle_once(&mut next), Ok(true)) {
            return Rest::Unknown;
        }
        if next == mark.2 && run.now == mark.0 && run.internal == mark.1 {
            return Rest::Circle(run.taken.split_off(mark.3));
        }
        if step.is_power_of_two() {
            mark = (run.now.clone(), run.internal.clone(), next, run.taken.len());
        }
    }
    if matches!(run.settle_once(&mut next), Ok(true)) { Rest::Long(run.taken) } else { Rest::Unknown }
}

/// What a macrostep does next.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Next<'e> {
    /// What guards and actions see.
    event: &'e str,
    try_eventless: bool,
}

/// A macrostep under way.
struct Macrostep<'a, H> {
    machine: &'a Machine,
    host: &'a mut H,
    now: Snapshot,
    /// States that became done, oldest first: each stands for its done event.
    internal: VecDeque<StateId>,
    taken: Vec<TransitionId>,
    acted: bool,
    done: bool,
}

impl Machine {
    /// The initial macrostep.
    pub fn start<H: Host>(&self, host: &mut H) -> Result<Step, StepError<H::Error>> {
        let empty = Snapshot { active: StateSet::for_states(self.states.len()), history: Vec::new() };
        let mut run = Macrostep::new(self, empty, host);
        let (enter, by_default) = self.initial_entry_set();
        run.enter_states(&enter, &by_default, INIT_EVENT)?;
        if run.done {
            run.exit_all(INIT_EVENT)?;
        }
        run.settle(INIT_EVENT)?;
        Ok(run.finish(true))
    }

    /// One macrostep, as `XState` runs it. When no transition is enabled, `taken` is empty and the snapshot is unchanged. A
    /// machine that is done takes no event.
    ///
    /// `always` transitions are tried even when nothing takes the event: what their guards see may have changed since.
    pub fn step<H: Host>(&self, s: &Snapshot, event: &str, host: &mut H) -> Result<Step, StepError<H::Error>> {
        if self.is_done(s) {
            return Ok(Step { snapshot: s.clone(), taken: Vec::new(), changed: false, done: true });
        }
        let selected = self.select_transitions(&s.active, event, host)?;
        self.follow(s, &selected, event, host)
    }

    /// One macrostep if a transition takes the event, exactly when `explain` has a candidate that passed. Else none, and
    /// nothing was run: an `always` that has become possible meanwhile takes no event, it follows one.
    pub fn step_if_taken<H: Host>(
        &self,
        s: &Snapshot,
        event: &str,
        host: &mut H,
    ) -> Result<Option<Step>, StepError<H::Error>> {
        if self.is_done(s) {
            return Ok(None);
        }
        let selected = self.select_transitions(&s.active, event, host)?;
        if selected.iter().all(|id| self.transition(*id).is_forbidding()) {
            return Ok(None);
        }
        self.follow(s, &selected, event, host).map(Some)
    }

    /// Takes what was selected for the event, then whatever follows.
    fn follow<H: Host>(
        &self,
        s: &Snapshot,
        selected: &[TransitionId],
        event: &str,
        host: &mut H,
    ) -> Result<Step, StepError<H::Error>> {
        let mut run = Macrostep::new(self, s.clone(), host);
        run.microstep(selected, event)?;
        run.settle(event)?;
        let changed = run.now.active != s.active;
        Ok(run.finish(changed))
    }
}

impl<'a, H: Host> Macrostep<'a, H> {
    fn new(machine: &'a Machine, now: Snapshot, host: &'a mut H) -> Self {
        Self { machine, host, now, internal: VecDeque::new(), taken: Vec::new(), acted: false, done: false }
    }

    fn finish(self, moved: bool) -> Step {
        Step { snapshot: self.now, taken: self.taken, changed: moved || self.acted, done: self.done }
    }

    /// Microsteps until nothing is enabled, or the machine is done.
    fn settle(&mut self, event: &str) -> Result<(), StepError<H::Error>> {
        let mut next = Next { event, try_eventless: true };
        for _ in 0..=STEP_LIMIT {
            if !self.settle_once(&mut next)? {
                return Ok(());
            }
        }
        Err(StepError::TooManySteps { limit: STEP_LIMIT })
    }

    /// One microstep; false when there is none to do.
    fn settle_once<'e>(&mut self, next: &mut Next<'e>) -> Result<bool, H::Error>
    where
        'a: 'e,
    {
        let machine = self.machine;
        if self.done {
            return Ok(false);
        }
        if machine.has_always && next.try_eventless {
            let eventless = machine.select_eventless_transitions(&self.now.active, next.event, self.host)?;
            if !eventless.is_empty() {
                next.try_eventless = self.microstep(&eventless, next.event)?;
                return Ok(true);
            }
        }
        let Some(state) = self.internal.pop_front() else { return Ok(false) };
        next.event = &machine.node(state).done_event;
        let selected = machine.select_transitions(&self.now.active, next.event, self.host)?;
        self.microstep(&selected, next.event)?;
        next.try_eventless = true;
        Ok(true)
    }

    /// Takes the selected transitions at once. Says whether active states or history differ afterwards.
    fn microstep(&mut self, selected: &[TransitionId], event: &str) -> Result<bool, H::Error> {
        if selected.iter().all(|id| self.machine.transition(*id).targets.is_empty()) {
            self.run_transitions(selected, event)?;
            return Ok(false);
        }
        let before = self.now.active.clone();
        let plan = Plan::new(self.machine, selected, &self.now);
        self.exit_states(&plan.exit, event)?;
        self.now = plan.left;
        self.run_transitions(&plan.transitions, event)?;
        self.enter_states(&plan.enter, &plan.by_default, event)?;
        if self.done {
            self.exit_all(event)?;
        }
        Ok(plan.remembers || self.now.active != before)
    }

    fn exit_states(&mut self, exit: &StateSet, event: &str) -> Result<(), H::Error> {
        for id in exit.iter_back() {
            self.run_exit(id, event)?;
        }
        Ok(())
    }

    fn run_exit(&mut self, id: StateId, event: &str) -> Result<(), H::Error> {
        let state = self.machine.state(id);
        self.run_actions(&state.exit, event)?;
        if state.delays.is_empty() { Ok(()) } else { self.host.disarm(id) }
    }

    fn run_transitions(&mut self, transitions: &[TransitionId], event: &str) -> Result<(), H::Error> {
        let machine = self.machine;
        for id in transitions {
            let transition = machine.transition(*id);
            if !transition.is_forbidding() {
                self.taken.push(*id);
                self.run_actions(&transition.actions, event)?;
            }
        }
        Ok(())
    }

    fn run_actions(&mut self, actions: &[ActionRef], event: &str) -> Result<(), H::Error> {
        for action in actions {
            self.acted = true;
            self.host.action(action, event)?;
        }
        Ok(())
    }

    fn enter_states(&mut self, enter: &StateSet, by_default: &StateSet, event: &str) -> Result<(), H::Error> {
        let machine = self.machine;
        let mut completed = StateSet::for_states(machine.states.len());
        for id in enter.iter() {
            self.now.active.insert(id);
            let state = machine.state(id);
            self.run_actions(&state.entry, event)?;
            for delay in &state.delays {
                self.host.arm(id, delay)?;
            }
            if by_default.contains(id) {
                self.run_actions(&state.initial_actions, event)?;
            }
            if state.kind == Kind::Final {
                self.complete(id, &mut completed);
            }
        }
        Ok(())
    }

    /// Queues the done events that entering the final state `id` brings about; ends the machine when it is the last.
    fn complete(&mut self, id: StateId, completed: &mut StateSet) {
        let machine = self.machine;
        let parent = machine.state(id).parent;
        let mut around = parent;
        if let Some(parent) = parent
            && machine.state(parent).kind != Kind::Parallel
        {
            self.internal.push_back(parent);
            around = machine.state(parent).parent;
        }
        while let Some(state) = around
            && machine.state(state).kind == Kind::Parallel
            && !completed.contains(state)
            && machine.is_final(&self.now.active, state)
        {
            completed.insert(state);
            self.internal.push_back(state);
            around = machine.state(state).parent;
        }
        if around.is_none() {
            self.done = true;
        }
    }

    /// The machine is done: exit actions run, the state value stays.
    fn exit_all(&mut self, event: &str) -> Result<(), H::Error> {
        let active = self.now.active.clone();
        for id in active.iter_back() {
            self.run_exit(id, event)?;
        }
        Ok(())
    }
}
