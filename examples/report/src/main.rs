//! The last seven days of a channel as a chart, which is posted to it: `report TEAM CHANNEL [PICTURE.png]`.
//!
//! With a third argument, the picture is written to a file, and nothing is posted. Environment: `MATTERMOST_URL`,
//! `MATTERMOST_TOKEN`.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use font8x8::legacy::BASIC_LEGACY;
use mattermost::{Channel, Client, Names, Post, PostDraft, Result, Timestamp, Upload, UserId};

const DAYS: usize = 7;
const DAY: Duration = Duration::from_secs(86_400);

/// The posts of people: how many each day, oldest first, and by whom.
#[derive(Default)]
struct Week {
    days: [u32; DAYS],
    authors: BTreeMap<UserId, u32>,
}

fn count(client: &Client, channel: &Channel, now: Timestamp) -> Result<Week> {
    let mut week = Week::default();
    for post in client.posts().history(&channel.id).after_time(now.minus(DAY * DAYS as u32)) {
        let post = post?;
        let age = (now.since(post.create_at).as_secs() / DAY.as_secs()) as usize;
        if !post.is_system() && !post.is_automated() && age < DAYS {
            week.days[DAYS - 1 - age] += 1;
            *week.authors.entry(post.user_id).or_default() += 1;
        }
    }
    Ok(week)
}

/// A grey picture; 255 is white.
struct Picture {
    width: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn new(width: usize, height: usize) -> Self {
        Self { width, pixels: vec![255; width * height] }
    }

    fn fill(&mut self, (x, y): (usize, usize), (width, height): (usize, usize), grey: u8) {
        for row in self.pixels.chunks_mut(self.width).skip(y).take(height) {
            row.iter_mut().skip(x).take(width).for_each(|pixel| *pixel = grey);
        }
    }

    fn text(&mut self, (x, y): (usize, usize), text: &str) {
        for (place, glyph) in text.bytes().filter_map(|byte| BASIC_LEGACY.get(usize::from(byte))).enumerate()
        {
            for (row, bits) in glyph.iter().enumerate() {
                for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                    self.fill((x + 16 * place + 2 * column, y + 2 * row), (2, 2), 0);
                }
            }
        }
    }

    fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let height = self.pixels.len() / self.width;
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, height as u32);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(bytes)
    }
}

fn chart(week: &Week, now: Timestamp) -> Picture {
    let mut picture = Picture::new(40 + 100 * DAYS, 300);
    let most = week.days.iter().copied().max().unwrap_or(0).max(1);
    for (place, posts) in week.days.into_iter().enumerate() {
        let (x, height) = (30 + 100 * place, (200 * posts / most) as usize);
        picture.fill((x, 240 - height), (80, height.max(2)), 96);
        picture.text((x, 216 - height), &posts.to_string());
        // `2026-11-27T..`: month and day.
        let date = now.minus(DAY * (DAYS - 1 - place) as u32).to_string();
        picture.text((x, 250), date.get(5..10).unwrap_or_default());
    }
    picture
}

fn report(client: &Client, channel: &Channel, week: &Week, now: Timestamp) -> Result<Post, Box<dyn Error>> {
    let total: u32 = week.days.iter().sum();
    let mut text = format!("#### The last {DAYS} days: {total} posts by {} people", week.authors.len());
    if let Some((most, posts)) = week.authors.iter().max_by_key(|(_, posts)| **posts) {
        text = format!("{text}, {posts} of them by @{}", Names::new(client).fetch(most)?);
    }
    let picture = Upload::bytes("week.png", chart(week, now).png()?);
    Ok(client.posts().create_with_files(&PostDraft::new(channel, text), [picture])?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [team, channel, file @ ..] = args.as_slice() else {
        return Err("usage: report TEAM CHANNEL [PICTURE.png]".into());
    };
    let client = Client::from_env()?;
    let (channel, now) = (client.channel(team, channel)?, client.server_time()?);
    let week = count(&client, &channel, now)?;
    match file.first() {
        Some(file) => {
            std::fs::write(file, chart(&week, now).png()?).map_err(|error| format!("{file}: {error}"))?
        }
        None => println!("posted {}", report(&client, &channel, &week, now)?.id),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mattermost::Method;
    use mattermost::testing::TestServer;
    use serde_json::json;

    fn decode(png: &[u8]) -> Vec<u8> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    }

    /// `MATTERMOST_DRAW=1` writes the picture.
    #[test]
    fn the_picture_of_the_docs_is_current() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report.png");
        let week = Week { days: [31, 38, 27, 44, 36, 9, 5], ..Week::default() };
        let now = Timestamp::from_millis(1_795_305_600_000); // 2026-11-22, a Sunday
        let png = chart(&week, now).png().unwrap();
        if std::env::var_os("MATTERMOST_DRAW").is_some() {
            std::fs::write(file, &png).unwrap();
        }
        assert_eq!(decode(&std::fs::read(file).unwrap()), decode(&png), "draw it again: MATTERMOST_DRAW=1");
    }

    #[test]
    fn a_week_with_a_picture() {
        let server = TestServer::start().unwrap();
        let client = server.client("janedoe").unwrap();
        let admin = server.client("admin").unwrap();
        let town = client.channel("awesome-chat", "~town-square").unwrap();
        let now = client.server_time().unwrap();
        let post = |user: &Client, days: u32, text: &str| {
            let post = json!({"channel_id": town.id, "message": text, "create_at": now.minus(DAY * days)});
            user.call(Method::Post, "/posts", &[]).json(&post).send().unwrap();
        };
        for days in [1, 1, 3, 6, 30] {
            post(&admin, days, "x"); // only administrators may write into the past
        }
        (0..3).for_each(|_| drop(server.post_as("bob", "town-square", "today")));
        let later = now.plus(Duration::from_secs(60));
        let week = count(&client, &town, later).unwrap();
        assert_eq!((week.days, week.authors.len()), ([1, 0, 0, 1, 0, 2, 3], 2));
        let posted = report(&client, &town, &week, later).unwrap();
        assert!(posted.message.starts_with("#### The last 7 days: 7 posts by 2 people, 4 of them by @admin"));
        let png = client.files().download(&posted.file_ids[0]);
        let mut bytes = Vec::new();
        png.write_to(&mut bytes).unwrap();
        let pixels = decode(&bytes);
        assert_eq!(pixels.len(), 740 * 300);
        // The tallest bar is that of today, and there is none two days ago.
        let pixel = |x: usize, y: usize| pixels[y * 740 + x];
        assert_eq!((pixel(670, 50), pixel(570, 50), pixel(570, 200), pixel(470, 200)), (96, 255, 96, 255));
    }
}
