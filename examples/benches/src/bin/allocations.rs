//! Counts the allocations of authenticated requests. It is a program of its own, since the counting allocator
//! would slow down the measured servers.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    benches::count_allocations(|| ALLOCATOR.stats().allocations);
}
