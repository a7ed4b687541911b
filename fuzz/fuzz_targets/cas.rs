#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gongxue::identity::fuzzing::cas(bytes));
