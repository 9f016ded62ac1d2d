//! The loop: observe, assess, optimize, plan, execute, record.
