//! The picture of a day's curve.

use std::path::Path;

use plotters::prelude::*;

use super::Day;
use crate::data::COUPONS_A_YEAR;
use crate::failure::Failure;

const SIZE: (u32, u32) = (960, 560);
const MARGIN: i32 = 16;
/// The height of title and legend.
const HEAD: i32 = 76;
/// Points along a line.
const STEPS: u32 = 600;
const ZERO: RGBColor = RGBColor(31, 98, 168);
const FORWARD: RGBColor = RGBColor(196, 98, 16);
const PAR: RGBColor = RGBColor(44, 132, 72);

/// A name, its color and points.
type Line = (&'static str, RGBColor, Vec<(f64, f64)>);

/// Draws quotes, zero, forward and par rates by maturity into an SVG file.
pub fn to_file(path: &Path, day: &Day) -> Result<(), Failure> {
    let mut picture = String::new();
    draw(&mut picture, day).map_err(|error| Failure::fault(error, "leave --svg out; the table has all figures"))?;
    std::fs::write(path, picture)
        .map_err(|error| Failure::fault(format!("{}: {error}", path.display()), "is the folder there, and writable?"))
}

fn draw(picture: &mut String, day: &Day) -> Result<(), Box<dyn std::error::Error>> {
    let longest = day.yields.yields.last().map_or(1.0, |(_, years, _)| *years);
    let shape = &day.fit().shape;
    // Over the root of time, so that the short end has room.
    let years = |step: u32| longest * (f64::from(step) / f64::from(STEPS)).powi(2);
    let line = |rate: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
        (1..=STEPS).map(|step| (years(step).sqrt(), rate(years(step)) * 100.0)).collect()
    };
    let par = |years: f64| shape.par(years, COUPONS_A_YEAR).unwrap_or(f64::NAN);
    let lines: [Line; 3] = [
        ("forward, instantaneous", FORWARD, line(&|years| shape.forward(years))),
        ("zero, continuous", ZERO, line(&|years| shape.zero(years))),
        ("par, half-yearly", PAR, line(&par)),
    ];
    let quotes: Vec<_> = day.yields.yields.iter().map(|(_, years, rate)| (years.sqrt(), rate * 100.0)).collect();
    let heights = || lines.iter().flat_map(|line| &line.2).chain(&quotes).map(|point| point.1);
    let (low, high) = (heights().fold(f64::INFINITY, f64::min), heights().fold(f64::NEG_INFINITY, f64::max));
    let margin = (0.08 * (high - low)).max(0.05);

    let root = SVGBackend::with_string(picture, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (head, body) = root.split_vertically(HEAD);
    let title = format!("United States Treasury, {}", day.yields.date);
    head.draw(&Text::new(title, (MARGIN, 14), ("sans-serif", 22)))?;
    let names = lines.iter().map(|(name, color, _)| (*name, *color)).chain([("par, quoted", PAR)]);
    for (index, (name, color)) in names.enumerate() {
        let (x, y) = (MARGIN + 190 * index as i32, 52);
        if index < lines.len() {
            head.draw(&PathElement::new([(x, y), (x + 22, y)], color.stroke_width(2)))?;
        } else {
            head.draw(&Circle::new((x + 11, y), 4, color.filled()))?;
        }
        head.draw(&Text::new(name, (x + 28, y - 7), ("sans-serif", 14)))?;
    }
    let mut chart = ChartBuilder::on(&body)
        .margin(MARGIN)
        .margin_top(0)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..longest.sqrt(), (low - margin)..(high + margin))?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(225, 225, 225))
        .x_labels(0)
        .y_desc("percent a year")
        .label_style(("sans-serif", 13))
        .disable_x_mesh()
        .draw()?;
    let (floor, tick) = (low - margin, 0.012 * (high - low + 2.0 * margin));
    for (name, years, _) in spaced(day) {
        let x = years.sqrt();
        chart.draw_series([PathElement::new([(x, floor), (x, floor + tick)], BLACK)])?;
        let below = chart.backend_coord(&(x, floor));
        let style = TextStyle::from(("sans-serif", 13).into_font()).pos(plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Center,
            plotters::style::text_anchor::VPos::Top,
        ));
        root.draw(&Text::new(name.clone(), (below.0, below.1 + 6), style))?;
    }
    for (_, color, points) in lines {
        chart.draw_series(LineSeries::new(points, color.stroke_width(2)))?;
    }
    chart.draw_series(quotes.iter().map(|quote| Circle::new(*quote, 4, PAR.filled())))?;
    root.present()?;
    Ok(())
}

/// The tenors whose names have room.
fn spaced(day: &Day) -> impl Iterator<Item = &(String, f64, f64)> {
    let mut last = f64::NEG_INFINITY;
    let longest = day.yields.yields.last().map_or(1.0, |(_, years, _)| years.sqrt());
    day.yields.yields.iter().filter(move |(_, years, _)| {
        let has_room = years.sqrt() - last > 0.035 * longest;
        if has_room {
            last = years.sqrt();
        }
        has_room
    })
}
