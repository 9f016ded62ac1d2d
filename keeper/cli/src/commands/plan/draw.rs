//! The pictures of a plan: the ladder between its bounds, and what income is traded against.

use plotters::coord::Shift;
use plotters::prelude::*;

use optimizer::Along;

use super::explain::{Explained, name};

type Fault = Box<dyn std::error::Error>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const SIZE: (u32, u32) = (960, 720);
const NOW: RGBColor = RGBColor(170, 190, 214);
const TARGET: RGBColor = RGBColor(31, 98, 168);
const BOUND: RGBColor = RGBColor(190, 60, 50);
const GRID: RGBColor = RGBColor(225, 225, 225);

/// Draws both as SVG, the ladder only where there is one.
pub(super) fn picture(explained: &Explained) -> Result<String, Fault> {
    let mut picture = String::new();
    {
        let root = SVGBackend::with_string(&mut picture, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        if explained.ladder.is_empty() {
            frontier(&root, explained)?;
        } else {
            let (above, below) = root.split_vertically(SIZE.1 / 2);
            ladder(&above, explained)?;
            frontier(&below, explained)?;
        }
        root.present()?;
    }
    Ok(picture)
}

fn ladder(area: &Area<'_>, explained: &Explained) -> Result<(), Fault> {
    let rungs = &explained.ladder;
    let highest = rungs.iter().flat_map(|rung| [rung.now, rung.target, rung.most]).fold(0.05, f64::max);
    let last = rungs.len() as i32 - 1;
    let mut chart = ChartBuilder::on(area)
        .caption("Maturity ladder: now, target, and what is allowed", ("sans-serif", 20))
        .margin(14)
        .margin_right(36)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d((0..last).into_segmented(), 0.0..highest * 1.1)?;
    let until = |place: &SegmentValue<i32>| match place {
        SegmentValue::CenterOf(at) => {
            let rung = usize::try_from(*at).ok().and_then(|at| rungs.get(at));
            rung.map_or_else(String::new, |rung| format!("up to {} days", rung.until_days))
        }
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .disable_x_mesh()
        .x_label_formatter(&until)
        .y_label_formatter(&|part| format!("{:.0} %", part * 100.0))
        .label_style(("sans-serif", 13))
        .draw()?;
    let bar = |at: usize, height: f64, left: u32, right: u32, color: RGBColor| {
        let (from, to) = (SegmentValue::Exact(at as i32), SegmentValue::Exact(at as i32 + 1));
        let mut bar = Rectangle::new([(from, 0.0), (to, height)], color.filled());
        bar.set_margin(0, 0, left, right);
        bar
    };
    let width = SIZE.0 / (rungs.len() as u32).max(1);
    let (side, middle) = (width / 8, width / 2);
    chart
        .draw_series(rungs.iter().enumerate().map(|(at, rung)| bar(at, rung.now, side, middle, NOW)))?
        .label("now")
        .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], NOW.filled()));
    chart
        .draw_series(rungs.iter().enumerate().map(|(at, rung)| bar(at, rung.target, middle, side, TARGET)))?
        .label("target")
        .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], TARGET.filled()));
    let bounds = rungs.iter().enumerate().flat_map(|(at, rung)| [(at, rung.least), (at, rung.most)]);
    let line = |(at, height): (usize, f64)| {
        let ends = [SegmentValue::Exact(at as i32), SegmentValue::Exact(at as i32 + 1)];
        PathElement::new(ends.map(|end| (end, height)).to_vec(), BOUND.stroke_width(2))
    };
    chart
        .draw_series(bounds.map(line))?
        .label("least and most")
        .legend(|(x, y)| PathElement::new(vec![(x, y), (x + 12, y)], BOUND.stroke_width(2)));
    chart
        .configure_series_labels()
        .border_style(GRID)
        .background_style(WHITE.filled())
        .label_font(("sans-serif", 13))
        .draw()?;
    Ok(())
}

/// A bound as an axis has it.
fn short(along: Along, bound: f64) -> String {
    match along {
        Along::Credit | Along::Liquidity => format!("{:.2} %", bound * 100.0),
        Along::Duration => format!("{:.0} d", bound * 365.0),
    }
}

fn frontier(area: &Area<'_>, explained: &Explained) -> Result<(), Fault> {
    let points: Vec<_> = explained.frontier.iter().map(|point| (point.bound, point.income)).collect();
    let most = points.iter().map(|(bound, _)| *bound).fold(1e-6, f64::max);
    let (low, high) = points
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, income)| (low.min(*income), high.max(*income)));
    let (low, high) = if points.is_empty() { (0.0, 0.01) } else { (low, high) };
    let margin = (0.1 * (high - low)).max(1e-5);
    let along = explained.along;
    let mut chart = ChartBuilder::on(area)
        .caption("What the best portfolio earns a year, by its bound", ("sans-serif", 20))
        .margin(14)
        .margin_right(36)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..most, (low - margin)..(high + margin))?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .x_desc(name(along))
        .x_label_formatter(&|at| short(along, *at))
        .y_label_formatter(&|income| format!("{:.2} %", income * 100.0))
        .label_style(("sans-serif", 13))
        .draw()?;
    chart.draw_series(LineSeries::new(points.iter().copied(), TARGET.stroke_width(2)))?;
    chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, TARGET.filled())))?;
    let stands = [(explained.standing, low - margin), (explained.standing, high + margin)];
    if (0.0..=most).contains(&explained.standing) {
        chart
            .draw_series([PathElement::new(stands.to_vec(), BOUND.stroke_width(2))])?
            .label("where it stands")
            .legend(|(x, y)| PathElement::new(vec![(x, y), (x + 12, y)], BOUND.stroke_width(2)));
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .border_style(GRID)
            .background_style(WHITE.filled())
            .label_font(("sans-serif", 13))
            .draw()?;
    }
    Ok(())
}
