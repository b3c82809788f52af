//! Choices in which every two values of two dimensions meet at least once.

/// Rows that cover all pairs of the values of dimensions of these sizes, among those that make sense. Greedy, and always the
/// same.
pub fn covering(sizes: &[usize], makes_sense: impl Fn(&[usize]) -> bool) -> Vec<Vec<usize>> {
    let mut rows = Vec::new();
    let mut row = vec![0; sizes.len()];
    loop {
        if makes_sense(&row) {
            rows.push(row.clone());
        }
        let Some(at) = (0..sizes.len()).rev().find(|at| row[*at] + 1 < sizes[*at]) else { break };
        row[at] += 1;
        row[at + 1..].fill(0);
    }
    let mut open: std::collections::HashSet<(usize, usize, usize, usize)> =
        rows.iter().flat_map(|row| pairs(row)).collect();
    let mut chosen = Vec::new();
    while !open.is_empty() {
        let gain = |row: &Vec<usize>| pairs(row).filter(|pair| open.contains(pair)).count();
        // The first of the best.
        let best = rows.iter().rev().max_by_key(|row| gain(row)).unwrap().clone();
        for pair in pairs(&best) {
            open.remove(&pair);
        }
        chosen.push(best);
    }
    chosen
}

fn pairs(row: &[usize]) -> impl Iterator<Item = (usize, usize, usize, usize)> + '_ {
    (0..row.len()).flat_map(move |one| (one + 1..row.len()).map(move |other| (one, row[one], other, row[other])))
}
