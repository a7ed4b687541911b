#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gongxue::extract::fuzzing::flat_office(bytes));
