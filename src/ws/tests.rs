//! Streams against a small peer on 127.0.0.1 that does what each test wants.

mod close;
mod flow;
mod hostile;
mod load_probe;
mod merging;
mod peer;
mod streams;
