//! The value lines of several walks as one SVG.

use plotters::prelude::*;

use crate::market::Market;
use crate::run::Walk;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[error("the chart cannot be drawn: {0}")]
pub struct Error(String);

/// Width and height.
const SIZE: (u32, u32) = (960, 540);

/// Colours that stay apart for whoever does not see red and green (Okabe and Ito).
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(230, 159, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];

/// What a thousand dollars became with each strategy, day by day.
///
/// # Errors
/// Where nothing can be drawn.
pub fn svg(market: &Market, walks: &[Walk], title: &str) -> Result<String, Error> {
    let mut text = String::new();
    draw(market, walks, title, &mut text).map_err(|error| Error(error.to_string()))?;
    Ok(text)
}

fn draw(market: &Market, walks: &[Walk], title: &str, text: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let scaled = |walk: &Walk| -> Vec<f64> {
        let first = walk.values_usd.first().copied().unwrap_or(1.0);
        walk.values_usd.iter().map(|value| value / first * 1_000.0).collect()
    };
    let lines: Vec<Vec<f64>> = walks.iter().map(scaled).collect();
    let ends = lines
        .iter()
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let margin = ((ends.1 - ends.0) * 0.05).max(0.01);
    let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(34)
        .y_label_area_size(64)
        .build_cartesian_2d(0..market.days(), ends.0 - margin..ends.1 + margin)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_labels(8)
        .x_label_formatter(&|index| market.day(*index).to_string())
        .y_label_formatter(&|value| format!("{value:.1}"))
        .y_desc("value of 1,000 dollars")
        .draw()?;
    for (place, (walk, line)) in walks.iter().zip(&lines).enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        let style = colour.stroke_width(if place == 0 { 3 } else { 2 });
        chart
            .draw_series(LineSeries::new(line.iter().copied().enumerate(), style))?
            .label(walk.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    root.present()?;
    Ok(())
}
