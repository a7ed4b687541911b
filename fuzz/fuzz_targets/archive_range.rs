#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gongxue::pack::fuzzing::archive_range(bytes));
