//! The picture of a vault's ladder: what a basis point costs at each key rate.

use plotters::prelude::*;

use super::{KEYS, Whole};

const SIZE: (u32, u32) = (960, 480);
const BAR: RGBColor = RGBColor(31, 98, 168);

/// Draws the ladder as SVG.
pub(super) fn picture(whole: &Whole<'_>) -> Result<String, Box<dyn std::error::Error>> {
    let mut picture = String::new();
    draw(&mut picture, whole)?;
    Ok(picture)
}

fn draw(picture: &mut String, whole: &Whole<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let costs: Vec<f64> =
        (0..KEYS.len()).map(|key| whole.totals.key_rates_01.get(key).copied().unwrap_or(0.0)).collect();
    let (low, high) = costs.iter().fold((0.0_f64, 0.0_f64), |(low, high), cost| (low.min(*cost), high.max(*cost)));
    let margin = (0.12 * (high - low)).max(1e-6);
    let root = SVGBackend::with_string(picture, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let title = format!("What a basis point costs by key rate, block {}", whole.snapshot.block.number);
    let bottom = if low < 0.0 { low - margin } else { 0.0 };
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 22))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(72)
        .build_cartesian_2d((0..KEYS.len() as i32 - 1).into_segmented(), bottom..(high + margin))?;
    let name = |place: &SegmentValue<i32>| match place {
        SegmentValue::CenterOf(key) => {
            let key = usize::try_from(*key).ok().and_then(|key| KEYS.get(key));
            key.map_or_else(String::new, |years| format!("{years} y"))
        }
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(225, 225, 225))
        .disable_x_mesh()
        .x_label_formatter(&name)
        .y_desc(whole.snapshot.asset.symbol.clone())
        .label_style(("sans-serif", 13))
        .draw()?;
    chart.draw_series(costs.iter().enumerate().map(|(key, cost)| {
        let key = key as i32;
        let mut bar =
            Rectangle::new([(SegmentValue::Exact(key), 0.0), (SegmentValue::Exact(key + 1), *cost)], BAR.filled());
        bar.set_margin(0, 0, 14, 14);
        bar
    }))?;
    root.present()?;
    Ok(())
}
