//! Collects the rows at which the code and an oracle differ, so that one run shows them all.

use std::fmt::Debug;

/// Rows counted and differences met.
#[derive(Default)]
pub struct Differences {
    rows: usize,
    met: usize,
    shown: Vec<String>,
}

impl Differences {
    /// One row: whether the code gave what the oracle allows, and what to show where it did not.
    pub fn row(&mut self, agrees: bool, shown: impl FnOnce() -> String) {
        self.rows += 1;
        if !agrees {
            self.met += 1;
            if self.shown.len() < 12 {
                self.shown.push(shown());
            }
        }
    }

    /// One row of which the oracle allows some values.
    pub fn one_of<T: PartialEq + Debug>(&mut self, seen: &T, allowed: &[T], input: impl FnOnce() -> String) {
        self.row(allowed.contains(seen), || format!("{}\n    gave {seen:?}\n    not  {allowed:?}", input()));
    }

    /// The end: no difference, and as many rows as there should be, for a table that shrank would pass as well.
    pub fn end(self, rows: usize) {
        assert!(self.met == 0, "{} of {} rows differ:\n{}", self.met, self.rows, self.shown.join("\n"));
        assert_eq!(self.rows, rows, "the table has another size");
    }
}
