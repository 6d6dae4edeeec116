//! An answer that holds for a moment, so that who asks often does not ask anew each time.

use std::time::Duration;
use tokio::{sync::Mutex, time::Instant};

/// How long an answer holds: longer than a view takes to be drawn, shorter than a person takes to change
/// a setting and try again.
pub(super) const LIFE: Duration = Duration::from_secs(5);

/// The last answer, and when it came.
#[derive(Debug)]
pub(super) struct Remembered<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Remembered<T> {
    /// The last answer while it holds, and then what `ask` says. One asks at a time: who comes meanwhile
    /// waits for the same answer.
    pub(super) async fn or(&self, ask: impl Future<Output = T>) -> T {
        let mut last = self.0.lock().await;
        if let Some((came, answer)) = &*last
            && came.elapsed() < LIFE
        {
            return answer.clone();
        }
        let answer = ask.await;
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::time::sleep;

    /// Somebody who takes three seconds, and counts.
    #[derive(Default)]
    struct Slow(AtomicU32);

    impl Slow {
        async fn answer(&self) -> u32 {
            sleep(Duration::from_secs(3)).await;
            self.0.fetch_add(1, Ordering::Relaxed) + 1
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_holds_for_a_moment_and_not_for_ever() {
        let (slow, remembered) = (Slow::default(), Remembered::default());
        assert_eq!(remembered.or(slow.answer()).await, 1);
        sleep(LIFE * 9 / 10).await;
        assert_eq!(remembered.or(slow.answer()).await, 1);
        sleep(LIFE / 5).await;
        assert_eq!(remembered.or(slow.answer()).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_meanwhile_gets_the_same_answer_in_no_more_time() {
        let (slow, remembered) = (Slow::default(), Remembered::default());
        let start = Instant::now();
        let ask = || remembered.or(slow.answer());
        assert_eq!(tokio::join!(ask(), ask(), ask()), (1, 1, 1));
        assert_eq!(start.elapsed().as_secs(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_the_asking_to_the_next() {
        let (slow, remembered) = (Slow::default(), Remembered::default());
        let impatient = tokio::time::timeout(Duration::from_secs(1), remembered.or(slow.answer()));
        assert!(impatient.await.is_err());
        assert_eq!(remembered.or(slow.answer()).await, 1);
    }
}
