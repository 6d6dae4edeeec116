use super::*;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

/// Small, so that short texts span; larger than [`HEADLINE`], so that shorter ones do not.
const LIMIT: usize = 160;

/// A store whose power fails after so many changes.
#[derive(Default)]
struct Fused {
    kept: RefCell<BTreeMap<String, String>>,
    changes_left: Cell<Option<usize>>,
}

impl Fused {
    fn change(&self) -> Result<(), Error> {
        match self.changes_left.get() {
            Some(0) => Err(Error::NoDefaultStore),
            left => {
                self.changes_left.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }

    fn value(&self) -> Option<String> {
        get(self, "it").unwrap().map(|secret| secret.expose().to_owned())
    }
}

impl Entries for Fused {
    fn read(&self, entry: &str) -> Result<Option<Zeroizing<String>>, Error> {
        Ok(self.kept.borrow().get(entry).cloned().map(Zeroizing::new))
    }
    fn write(&self, entry: &str, text: &str, _: Option<(usize, usize)>) -> Result<(), Error> {
        assert!(text.len() <= LIMIT, "{} bytes do not fit into an entry", text.len());
        self.change()?;
        self.kept.borrow_mut().insert(entry.to_owned(), text.to_owned());
        Ok(())
    }
    fn remove(&self, entry: &str) -> Result<(), Error> {
        self.change()?;
        self.kept.borrow_mut().remove(entry);
        Ok(())
    }
}

/// Values of every shape: none, short, exactly what fits, one more, long, not ASCII, disguised.
fn shapes() -> Vec<String> {
    let fits = LIMIT - HEADLINE;
    let mut shapes = vec![String::new(), "short".to_owned(), format!("{MARK}here -\nx")];
    shapes.extend([fits, fits + 1, LIMIT, LIMIT + 1, 20 * LIMIT].map(|n| "x".repeat(n)));
    shapes.push("ü€🦀".repeat(100));
    shapes
}

#[test]
fn every_shape_comes_back_and_leaves_nothing_behind() {
    for value in shapes() {
        let store = Fused::default();
        put(&store, "it", &Secret::new(value.as_str()), LIMIT).unwrap();
        assert_eq!(store.value().as_ref(), Some(&value));
        let one = value.len() + HEADLINE <= LIMIT;
        assert_eq!(store.kept.borrow().len() == 1, one, "entries for {} bytes", value.len());
        forget(&store, "it").unwrap();
        assert_eq!(store.kept.borrow().len(), 0);
    }
}

#[test]
fn a_short_secret_is_kept_as_it_is() {
    let store = Fused::default();
    put(&store, "it", &Secret::new("hunter2"), LIMIT).unwrap();
    assert_eq!(store.kept.borrow().get("it").unwrap(), "hunter2");
}

#[test]
fn a_crash_at_any_moment_leaves_the_old_value_or_the_new_one_and_no_litter() {
    for (old, new) in
        shapes().iter().flat_map(|a| shapes().into_iter().map(move |b| (a.clone(), b)))
    {
        for crash_after in 0.. {
            let store = Fused::default();
            put(&store, "it", &Secret::new(old.as_str()), LIMIT).unwrap();
            store.changes_left.set(Some(crash_after));
            let finished = put(&store, "it", &Secret::new(new.as_str()), LIMIT).is_ok();
            store.changes_left.set(None);
            let value = store.value().expect("the old value or the new one");
            assert!(value == new || (!finished && value == old), "half of it after {crash_after}");

            // What the crash left is swept by whoever comes next.
            put(&store, "it", &Secret::new("next"), LIMIT).unwrap();
            assert_eq!(store.kept.borrow().len(), 1, "litter after {crash_after}");
            if finished {
                break;
            }
        }
    }
}

#[test]
fn a_crash_of_the_first_put_or_of_forgetting_reads_as_missing_or_whole() {
    let long = "y".repeat(5 * LIMIT);
    for crash_after in 0..20 {
        let store = Fused::default();
        store.changes_left.set(Some(crash_after));
        let finished = put(&store, "it", &Secret::new(long.as_str()), LIMIT).is_ok();
        assert_eq!(store.value().is_some(), finished || store.value() == Some(long.clone()));

        store.changes_left.set(Some(crash_after));
        let _ = forget(&store, "it");
        assert!(store.value().is_none_or(|value| value == long));
        store.changes_left.set(None);
        forget(&store, "it").unwrap();
        assert_eq!(store.kept.borrow().len(), 0, "litter after {crash_after}");
    }
}

#[test]
fn a_secret_that_lost_a_span_is_missing() {
    let store = Fused::default();
    put(&store, "it", &Secret::new("z".repeat(5 * LIMIT)), LIMIT).unwrap();
    let span = store.kept.borrow().keys().find(|entry| entry.ends_with(".3")).cloned().unwrap();
    store.kept.borrow_mut().remove(&span);
    assert_eq!(store.value(), None);
}

#[test]
fn a_reader_that_meets_a_writer_looks_again() {
    /// Replaces the value between the reader's look at the head and at the first span.
    struct Busy(Fused, Cell<bool>);
    impl Entries for Busy {
        fn read(&self, entry: &str) -> Result<Option<Zeroizing<String>>, Error> {
            if entry.contains('#') && !self.1.replace(true) {
                put(&self.0, "it", &Secret::new("new".repeat(LIMIT)), LIMIT)?;
            }
            self.0.read(entry)
        }
        fn write(&self, _: &str, _: &str, _: Option<(usize, usize)>) -> Result<(), Error> {
            unreachable!("the reader writes nothing")
        }
        fn remove(&self, _: &str) -> Result<(), Error> {
            unreachable!("the reader removes nothing")
        }
    }
    let busy = Busy(Fused::default(), Cell::new(false));
    put(&busy.0, "it", &Secret::new("old".repeat(LIMIT)), LIMIT).unwrap();
    assert_eq!(get(&busy, "it").unwrap().unwrap().expose(), "new".repeat(LIMIT));
}

#[test]
fn a_damaged_head_reads_as_missing() {
    for head in ["x/y -\n", "/ -\n", "a/99999999 -\n", "- -\n", "\n"] {
        let store = Fused::default();
        store.kept.borrow_mut().insert("it".to_owned(), format!("{MARK}{head}"));
        assert_eq!(store.value(), None, "{head:?}");
        forget(&store, "it").unwrap();
    }
}
