#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gongxue::search::fuzzing::search_query(bytes));
