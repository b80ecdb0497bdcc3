//! Tests of calls as a whole.

mod outcomes;
