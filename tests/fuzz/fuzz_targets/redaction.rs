#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| mattermost::fuzz::redaction(data));
