//! Draws `docs/threads.svg`, the picture of threads and layers, and embeds `docs/report.png` in `docs/report.md` for
//! the guide. Holds the committed files to it.
//!
//! `MATTERMOST_DRAW=1 cargo test --features testing --test it pictures` writes the files. `docs/report.png` is written by
//! the test of `examples/report`.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;

const WIDTH: u32 = 760;
const HEIGHT: u32 = 482;
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");

/// Colors that are legible on light and dark pages: the picture has its own background.
const INK: &str = "#1f2933";
const LINE: &str = "#52606d";
const YOURS: &str = "#fdecc8";
const THREAD: &str = "#d7ebff";
const PASSIVE: &str = "#eef1f4";

struct Svg(String);

impl Svg {
    fn new() -> Self {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             width=\"{WIDTH}\" height=\"{HEIGHT}\" style=\"max-width:100%;height:auto\" role=\"img\" \
             font-family=\"sans-serif\" font-size=\"13\" fill=\"{INK}\">\n\
             <title>Threads and layers of the crate mattermost</title>\n\
             <defs><marker id=\"mm-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
             markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" fill=\"{LINE}\"/>\
             </marker></defs>\n"
        );
        let _ = writeln!(svg, "<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\" fill=\"#ffffff\"/>");
        Self(svg)
    }

    fn text(&mut self, x: u32, y: u32, style: &str, text: &str) {
        let _ = writeln!(self.0, "<text x=\"{x}\" y=\"{y}\"{style}>{text}</text>");
    }

    /// A box with a title and lines below it.
    fn labeled_box(&mut self, [x, y, width, height]: [u32; 4], fill: &str, dashed: bool, lines: &[&str]) {
        let dash = if dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let _ = writeln!(
            self.0,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{fill}\" \
             stroke=\"{LINE}\"{dash}/>"
        );
        for (number, line) in lines.iter().enumerate() {
            let style = if number == 0 { " font-weight=\"bold\"" } else { " font-size=\"12\"" };
            let down = u32::try_from(number).unwrap() * 17;
            self.text(x + 10, y + 21 + down, style, line);
        }
    }

    fn arrow(&mut self, from: [u32; 2], to: [u32; 2], label: &str) {
        let ([x1, y1], [x2, y2]) = (from, to);
        let _ = writeln!(
            self.0,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{LINE}\" stroke-width=\"1.5\" \
             marker-end=\"url(#mm-arrow)\"/>"
        );
        if !label.is_empty() {
            let style = " font-size=\"11\" text-anchor=\"middle\"";
            self.text(x1.midpoint(x2), y1.midpoint(y2) - 6, style, label);
        }
    }
}

fn draw() -> String {
    let mut svg = Svg::new();
    svg.text(16, 26, " font-size=\"15\" font-weight=\"bold\"", "Threads");
    svg.labeled_box([16, 40, 116, 250], PASSIVE, false, &["Mattermost", "WebSocket", "REST API v4"]);
    svg.labeled_box([232, 40, 190, 60], THREAD, false, &["Reader thread", "connects, reads, reconnects"]);
    svg.labeled_box([232, 112, 190, 60], THREAD, false, &["Writer thread", "pings, actions, deadlines"]);
    svg.labeled_box([232, 184, 190, 60], THREAD, true, &["Catch-up thread", "only while a gap is filled"]);
    svg.labeled_box([500, 40, 100, 60], PASSIVE, false, &["Queue", "4,096 events"]);
    svg.labeled_box(
        [630, 40, 116, 250],
        YOURS,
        false,
        &["Your threads", "serve: 1", "serve_on(8): 8", "", "decode events", "run handlers", "call the API"],
    );
    svg.arrow([132, 70], [231, 70], "events");
    svg.arrow([232, 142], [133, 142], "pings, typing");
    svg.arrow([132, 214], [231, 214], "missed posts");
    svg.arrow([422, 70], [499, 70], "");
    svg.arrow([422, 204], [530, 101], "");
    svg.arrow([600, 70], [629, 70], "");
    svg.arrow([630, 276], [133, 276], "calls: on the thread that makes them, each with a deadline");

    svg.text(16, 326, " font-size=\"15\" font-weight=\"bold\"", "Layers");
    let layers: [(u32, u32, &str, &[&str]); 5] = [
        (16, 240, YOURS, &["Mattermost", "callbacks by name of the event"]),
        (264, 240, YOURS, &["Messages", "serve, ask, reply"]),
        (512, 234, YOURS, &["integration", "slash commands, buttons, dialogs"]),
        (16, 488, THREAD, &["Events", "the stream: reconnects, resumes, catches up"]),
        (512, 234, THREAD, &["Client", "all routes, typed; retries, rate limit"]),
    ];
    for (number, (x, width, fill, lines)) in layers.into_iter().enumerate() {
        let y = if number < 3 { 338 } else { 390 };
        svg.labeled_box([x, y, width, 46], fill, false, lines);
    }
    let below =
        ["One configuration: address, proxy, TLS, session, deadlines", "ureq, tungstenite, native-tls"];
    svg.labeled_box([16, 442, 730, 30], PASSIVE, false, &[&format!("{} · {}", below[0], below[1])]);
    svg.0.push_str("</svg>\n");
    svg.0
}

/// Holds a file of `docs` to its content, or writes it.
fn check_file(name: &str, content: &str) {
    let path = format!("{FOLDER}/{name}");
    if std::env::var_os("MATTERMOST_DRAW").is_some() {
        std::fs::write(&path, content).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed.replace('\r', ""), content, "draw it again: MATTERMOST_DRAW=1");
}

#[test]
fn the_picture_of_threads_and_layers_is_current() {
    let drawn = draw();
    // Within the docs, an empty line would end the picture.
    assert!(!drawn.contains("\n\n"));
    check_file("threads.svg", &drawn);
}

/// rustdoc copies no files, so the guide contains the picture itself.
#[test]
fn the_guide_shows_the_picture_of_the_report() {
    let png = std::fs::read(format!("{FOLDER}/report.png")).unwrap();
    let text = "A week of a channel: posts of people on each day";
    check_file("report.md", &format!("![{text}](data:image/png;base64,{})\n", STANDARD.encode(png)));
}
