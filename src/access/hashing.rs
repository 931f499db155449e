//! Passwords are hashed a few at a time, since each takes much memory and a processor; a few more wait in a line, and
//! who finds it full is sent away at once.
//!
//! Promises that no address keeps others out of the line, that who is known comes before who is suspected, and that work
//! which has begun keeps its place until it ends, whether or not its client still waits for it. Knows nothing of passwords.

use crate::error::Error;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// When somebody who finds the line full should come again, in seconds.
const COME_AGAIN: u64 = 1;
/// One line in the log for so many who are sent away.
const LOGGED_ONE_IN: u64 = 1_000;

/// How much speaks for somebody. Who has more of it is taken first, and in a full line takes the place of who has less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Failed lately.
    Suspected,
    /// Nothing is known of them.
    Unknown,
    /// Signed in from the same address before, or is signed in.
    Known,
}

/// The line. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hashing(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    at_once: usize,
    most_waiting: usize,
    line: Mutex<Line>,
    sent_away: AtomicU64,
}

#[derive(Debug, Default)]
struct Line {
    running: usize,
    /// In the order in which they came.
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    standing: Standing,
    address: IpAddr,
    turn: oneshot::Sender<Turn>,
}

/// The right to hash, once; whoever waits has it next when it is dropped.
#[derive(Debug)]
pub struct Turn(Arc<Inner>);

impl Hashing {
    /// So many at once, and so many waiting.
    pub fn new(at_once: usize, most_waiting: usize) -> Self {
        let line = Mutex::default();
        Self(Arc::new(Inner { at_once, most_waiting, line, sent_away: AtomicU64::new(0) }))
    }

    /// Waits for a turn. `Later` when the line is full.
    pub async fn turn(&self, standing: Standing, address: IpAddr) -> Result<Turn, Error> {
        let mine = match self.enter(standing, address) {
            Some(Entered::Taken(turn)) => return Ok(turn),
            Some(Entered::Waits(mine)) => mine,
            None => return Err(self.full()),
        };
        // The other end goes away without a turn when somebody with more standing takes the place.
        mine.await.map_err(|_| self.full())
    }

    /// How many wait now.
    pub fn waiting(&self) -> usize {
        self.0.line().waiting.iter().filter(|waiting| !waiting.turn.is_closed()).count()
    }

    fn enter(&self, standing: Standing, address: IpAddr) -> Option<Entered> {
        let mut line = self.0.line();
        if line.running < self.0.at_once {
            line.running += 1;
            return Some(Entered::Taken(Turn(Arc::clone(&self.0))));
        }
        line.waiting.retain(|waiting| !waiting.turn.is_closed());
        if line.waiting.len() >= self.0.most_waiting {
            let place = line.gives_way(standing, address)?;
            line.waiting.remove(place);
        }
        let (turn, mine) = oneshot::channel();
        line.waiting.push(Waiting { standing, address, turn });
        Some(Entered::Waits(mine))
    }

    fn full(&self) -> Error {
        let before = self.0.sent_away.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(LOGGED_ONE_IN) {
            tracing::warn!(sent_away = before + 1, "more passwords than can be checked; who comes now is sent away");
        }
        let message = "more passwords are to be checked than can be just now".to_owned();
        Error::Later { message, seconds: COME_AGAIN }
    }
}

enum Entered {
    Taken(Turn),
    Waits(oneshot::Receiver<Turn>),
}

impl Inner {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Whose turn it is: of those with the most standing, who came first.
    fn next(&mut self) -> Option<Waiting> {
        let best = self.waiting.iter().map(|waiting| waiting.standing).max()?;
        let place = self.waiting.iter().position(|waiting| waiting.standing == best)?;
        Some(self.waiting.remove(place))
    }

    /// Who gives way in a full line: the last of those with less standing, else of those whose address would still have
    /// as many places as the newcomer's.
    fn gives_way(&self, standing: Standing, address: IpAddr) -> Option<usize> {
        let places = |address| self.waiting.iter().filter(|waiting| waiting.address == address).count();
        let own = places(address);
        let less = self.waiting.iter().rposition(|waiting| waiting.standing < standing);
        let crowd = |waiting: &Waiting| waiting.standing <= standing && places(waiting.address) > own + 1;
        less.or_else(|| self.waiting.iter().rposition(crowd))
    }
}

impl Turn {
    /// Does the work where it stands in nobody's way, and gives the turn back with what came out. Once begun it keeps
    /// its turn to its end, also when nobody waits for it any more.
    pub async fn work<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<(T, Self), Error> {
        let done = tokio::task::spawn_blocking(move || (work(), self)).await;
        let (result, turn) = done.map_err(Error::internal)?;
        Ok((result?, turn))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = {
            let mut line = self.0.line();
            let next = line.next();
            if next.is_none() {
                line.running -= 1;
            }
            next
        };
        if let Some(next) = next {
            // Who has gone meanwhile does not take it; dropping it then looks for the one after.
            drop(next.turn.send(Self(Arc::clone(&self.0))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{Known, Suspected, Unknown};
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    type Asked = Pin<Box<dyn Future<Output = Result<Turn, Error>>>>;

    /// Somebody who asks for a turn and has been heard once.
    fn ask(hashing: &Hashing, standing: Standing, from: u8) -> (Asked, Option<Result<Turn, Error>>) {
        let hashing = hashing.clone();
        let mut asked: Asked = Box::pin(async move { hashing.turn(standing, address(from)).await });
        let answer = heard(&mut asked);
        (asked, answer)
    }

    fn heard(asked: &mut Asked) -> Option<Result<Turn, Error>> {
        match pin!(asked).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }

    fn is_sent_away(answer: Option<&Result<Turn, Error>>) -> bool {
        matches!(answer, Some(Err(Error::Later { seconds: COME_AGAIN, .. })))
    }

    #[test]
    fn who_finds_the_line_full_is_sent_away_and_turns_are_taken_in_order() {
        let hashing = Hashing::new(1, 4);
        let (_, first) = ask(&hashing, Unknown, 1);
        let first = first.unwrap().unwrap();
        let mut waiting: Vec<_> = (2..6).map(|from| ask(&hashing, Unknown, from).0).collect();
        assert!(is_sent_away(ask(&hashing, Unknown, 6).1.as_ref()));
        drop(first);
        for mut asked in waiting.drain(..) {
            let turn = heard(&mut asked).expect("it is their turn").unwrap();
            drop(turn);
        }
        assert!(matches!(ask(&hashing, Suspected, 7).1, Some(Ok(_))), "the line is empty again");
    }

    #[test]
    fn no_address_keeps_others_out() {
        let hashing = Hashing::new(1, 4);
        let (_, _running) = ask(&hashing, Unknown, 1);
        let mut crowd: Vec<_> = (0..4).map(|_| ask(&hashing, Unknown, 1).0).collect();
        assert!(is_sent_away(ask(&hashing, Unknown, 1).1.as_ref()));
        let (_first, answer) = ask(&hashing, Unknown, 2);
        assert!(answer.is_none());
        assert!(is_sent_away(heard(&mut crowd[3]).as_ref()));
        let (_second, answer) = ask(&hashing, Unknown, 2);
        assert!(answer.is_none(), "three of one, one of the other");
        assert!(is_sent_away(ask(&hashing, Unknown, 2).1.as_ref()), "two and two");
        assert!(is_sent_away(ask(&hashing, Suspected, 3).1.as_ref()), "who has less standing moves nobody");
    }

    #[test]
    fn who_is_known_comes_before_who_is_suspected() {
        let hashing = Hashing::new(1, 2);
        let (_, running) = ask(&hashing, Unknown, 1);
        let (mut early, _) = ask(&hashing, Suspected, 2);
        let (mut late, _) = ask(&hashing, Suspected, 3);
        let (mut stranger, answer) = ask(&hashing, Unknown, 4);
        assert!(answer.is_none());
        assert!(is_sent_away(heard(&mut late).as_ref()), "the last of those with less standing gives way");
        assert!(is_sent_away(ask(&hashing, Suspected, 5).1.as_ref()));
        drop(running);
        let turn = heard(&mut stranger).expect("before who is suspected").unwrap();
        assert!(heard(&mut early).is_none());
        drop(turn);
        assert!(heard(&mut early).is_some_and(|answer| answer.is_ok()));
    }

    #[test]
    fn who_went_away_keeps_no_place() {
        let hashing = Hashing::new(1, 2);
        let (_, running) = ask(&hashing, Unknown, 1);
        let gone = [ask(&hashing, Unknown, 2), ask(&hashing, Unknown, 3)];
        drop(gone);
        let (mut here, answer) = ask(&hashing, Unknown, 4);
        assert!(answer.is_none());
        let gone = ask(&hashing, Known, 5);
        drop(gone);
        drop(running);
        assert!(heard(&mut here).is_some_and(|answer| answer.is_ok()));
        assert_eq!(hashing.0.line().running, 0);
    }

    #[tokio::test]
    async fn work_that_was_begun_keeps_its_turn_although_nobody_waits_for_it() {
        let hashing = Hashing::new(1, 1);
        let turn = hashing.turn(Unknown, address(1)).await.unwrap();
        let (go_on, told) = std::sync::mpsc::channel::<()>();
        let mut work = Box::pin(turn.work(move || told.recv().map_err(Error::internal)));
        assert!(pin!(&mut work).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(work);
        let (mut next, answer) = ask(&hashing, Unknown, 2);
        assert!(answer.is_none(), "the work still runs");
        go_on.send(()).unwrap();
        assert!((&mut next).await.is_ok());
    }
}
