//! What is wanted, and whether it is so.

use super::{DELAY, Played, Row, Work, clients::Client};
use std::time::Duration;

/// How much faster many messages have to go out than by the fastest peer.
const FASTER: f64 = 1.1;
/// How many times curl's time one message may take.
const ONE_BESIDE_CURL: f64 = 1.2;
/// The same for a large message.
const LARGE_BESIDE_CURL: f64 = 1.1;
/// How much memory a large message may take by SMTP, in MB.
const PEAK: f64 = 24.0;
/// How much more memory a large message may take than a small one, in MiB.
const FLAT: f64 = 16.0;
/// How long all scenes may take.
const AT_MOST: Duration = Duration::from_secs(300);

/// Something that is wanted.
pub(crate) struct Target {
    pub(crate) wanted: String,
    pub(crate) found: String,
    pub(crate) met: bool,
}

/// Every target, as far as what it is about was `played`.
pub(crate) fn judge(played: &[Played], took: Duration) -> Vec<Target> {
    let duration = Target {
        wanted: format!("All of this takes less than {} s", AT_MOST.as_secs()),
        found: format!("{} s", took.as_secs()),
        met: took < AT_MOST,
    };
    let rest = [
        beside_curl(played, Work::One, "10 KB", ONE_BESIDE_CURL),
        many(played),
        beside_curl(played, Work::Large, "100 MB", LARGE_BESIDE_CURL),
        peak(played),
        round_trips(played),
        soonest(played),
        memory(played, Work::Large),
        memory(played, Work::Graph),
    ];
    rest.into_iter().flatten().chain([duration]).collect()
}

fn beside_curl(played: &[Played], work: Work, size: &str, at_most: f64) -> Option<Target> {
    let rows = &scene(played, work, None)?.rows;
    let curl = rows.iter().find(|row| row.client == Client::Curl)?;
    let ratio = rows[0].best().wall / curl.best().wall;
    Some(Target {
        wanted: format!("One message of {size}: at most {at_most} times curl's time"),
        found: format!("{ratio:.2} times"),
        met: ratio <= at_most,
    })
}

fn peak(played: &[Played]) -> Option<Target> {
    let megabytes = scene(played, Work::Large, None)?.rows[0].best().peak * 1.048_576;
    Some(Target {
        wanted: format!("100 MB by SMTP: less than {PEAK:.0} MB of memory"),
        found: format!("{megabytes:.1} MB"),
        met: megabytes < PEAK,
    })
}

fn soonest(played: &[Played]) -> Option<Target> {
    let rows = &scene(played, Work::One, Some(DELAY))?.rows;
    let peers = rows.iter().filter(|row| !row.client.is_ours());
    let peers = peers.map(|row| (row.client, row.best().wall));
    let (peer, theirs) = peers.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let ours = rows[0].best().wall;
    Some(Target {
        wanted: "One message far away: sooner than any peer".to_owned(),
        found: format!("{ours:.3} s; {} {theirs:.3} s", peer.name()),
        met: ours < theirs,
    })
}

fn many(played: &[Played]) -> Option<Target> {
    let near = scene(played, Work::Many(1000), None)?;
    let peers = near.rows.iter().filter(|row| !row.client.is_ours());
    let (peer, theirs) =
        peers.map(|row| (row.client, row.best().wall)).min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let ratio = theirs / near.rows[0].best().wall;
    Some(Target {
        wanted: format!(
            "1,000 messages over one connection: {FASTER} times as fast as the fastest peer"
        ),
        found: format!("{ratio:.2} times as fast as {}", peer.name()),
        met: ratio >= FASTER,
    })
}

fn round_trips(played: &[Played]) -> Option<Target> {
    let far = scene(played, Work::One, Some(DELAY))?;
    let trips = |row: &Row| Some((row.client, row.best().round_trips?));
    let least = |ours: bool| {
        let rows = far.rows.iter().filter(|row| row.client.is_ours() == ours);
        rows.filter_map(trips).min_by(|(_, a), (_, b)| a.total_cmp(b))
    };
    let (_, usual) = trips(&far.rows[0])?;
    let ((us, ours), (peer, theirs)) = (least(true)?, least(false)?);
    Some(Target {
        wanted: "One message far away: fewer round trips than any peer".to_owned(),
        found: format!("{ours:.0} ({}; else {usual:.0}); {} {theirs:.0}", us.name(), peer.name()),
        met: ours < theirs,
    })
}

fn memory(played: &[Played], work: Work) -> Option<Target> {
    let peak = |work| Some(scene(played, work, None)?.rows[0].best().peak);
    let more = peak(work)? - peak(Work::One)?;
    let way = if work == Work::Graph { "Microsoft Graph" } else { "SMTP" };
    Some(Target {
        wanted: format!("100 MB by {way}: at most {FLAT:.0} MiB more memory than 10 KB by SMTP"),
        found: format!("{more:.0} MiB more"),
        met: more <= FLAT,
    })
}

fn scene(played: &[Played], work: Work, delay: Option<Duration>) -> Option<&Played> {
    played.iter().find(|played| played.scene.work == work && played.scene.delay == delay)
}
