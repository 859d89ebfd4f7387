// SPDX-License-Identifier: MIT
//! Prints the nanoseconds per Uuid::new_v4() of each batch, or, for no batches,
//! what it drew.

use std::env;
use std::hint::black_box;
use std::time::Instant;
use uuid::Uuid;

fn main() {
    let numbers: Vec<u32> = env::args()
        .skip(1)
        .map(|word| word.parse().expect("BATCHES DRAWS"))
        .collect();
    let (batches, draws) = (numbers[0], numbers[1]);

    for _ in 0..batches {
        let start = Instant::now();
        for _ in 0..draws {
            black_box(Uuid::new_v4());
        }
        println!("{}", start.elapsed().as_nanos() as f64 / f64::from(draws));
    }
    if batches == 0 {
        for _ in 0..draws {
            println!("{}", Uuid::new_v4());
        }
    }
}
