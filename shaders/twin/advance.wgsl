// Tendencies N_vo = -div(A, B), N_d = curl(A, B) + n (n + 1) / a^2 E, N_phi = -div(C, D) from the spectra of the products, then one stage:
// advanced = M0 base + M1 N + M2 first + M3 middle, tendency = N + middle_share middle.
// div(X, Y)(n) = i e X(n) - b Y(n - 1) + c Y(n + 1), curl(X, Y)(n) = i e Y(n) + b X(n - 1) - c X(n + 1).
// product: [5 members, product coefficients, 2]; place: [coefficients, 2] place of (m, n) there, n; factor: [coefficients, 4] e, b, c,
// n (n + 1) / a^2, and from scheme_at on the matrices, [T + 1, 4, 5]; the other arrays: [3 members, coefficients, 2].
#import lib/index

struct Params {
  coefficients: u32,
  members: u32,
  product_coefficients: u32,
  scheme_at: u32,
  middle_share: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> product: array<f32>;
@group(0) @binding(2) var<storage, read> place: array<u32>;
@group(0) @binding(3) var<storage, read> factor: array<f32>;
@group(0) @binding(4) var<storage, read> base: array<f32>;
@group(0) @binding(5) var<storage, read> first: array<f32>;
@group(0) @binding(6) var<storage, read> middle: array<f32>;
@group(0) @binding(7) var<storage, read_write> tendency: array<f32>;
@group(0) @binding(8) var<storage, read_write> advanced: array<f32>;

// Vorticity, divergence and geopotential of one coefficient, complex.
struct Values {
  vo: vec2<f32>,
  d: vec2<f32>,
  phi: vec2<f32>,
}

fn product_of(kind: u32, member: u32, at: u32) -> vec2<f32> {
  let index = 2u * ((kind * params.members + member) * params.product_coefficients + at);
  return vec2<f32>(product[index], product[index + 1u]);
}

fn times_i(value: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(-value.y, value.x);
}

fn applied(matrix: u32, x: Values) -> Values {
  return Values(
    factor[matrix] * x.vo,
    factor[matrix + 1u] * x.d + factor[matrix + 2u] * x.phi,
    factor[matrix + 3u] * x.d + factor[matrix + 4u] * x.phi,
  );
}

fn sum(a: Values, b: Values) -> Values {
  return Values(a.vo + b.vo, a.d + b.d, a.phi + b.phi);
}

@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.coefficients * params.members) {
    return;
  }
  let member = i / params.coefficients;
  let k = i - member * params.coefficients;
  let at = place[2u * k];
  let below = max(at, 1u) - 1u;
  let above = at + 1u;
  let e = factor[4u * k];
  let b = factor[4u * k + 1u];
  let c = factor[4u * k + 2u];
  let own = Values(
    -(e * times_i(product_of(0u, member, at)) - b * product_of(1u, member, below) + c * product_of(1u, member, above)),
    e * times_i(product_of(1u, member, at)) + b * product_of(0u, member, below) - c * product_of(0u, member, above)
      + factor[4u * k + 3u] * product_of(4u, member, at),
    -(e * times_i(product_of(2u, member, at)) - b * product_of(3u, member, below) + c * product_of(3u, member, above)),
  );
  let vo = 2u * (member * params.coefficients + k);
  let d = vo + 2u * params.members * params.coefficients;
  let phi = d + 2u * params.members * params.coefficients;
  let earlier = Values(
    vec2<f32>(middle[vo], middle[vo + 1u]),
    vec2<f32>(middle[d], middle[d + 1u]),
    vec2<f32>(middle[phi], middle[phi + 1u]),
  );
  let begin = Values(vec2<f32>(base[vo], base[vo + 1u]), vec2<f32>(base[d], base[d + 1u]), vec2<f32>(base[phi], base[phi + 1u]));
  let one = Values(vec2<f32>(first[vo], first[vo + 1u]), vec2<f32>(first[d], first[d + 1u]), vec2<f32>(first[phi], first[phi + 1u]));
  let scheme = params.scheme_at + 20u * place[2u * k + 1u];
  let result = sum(
    sum(applied(scheme, begin), applied(scheme + 5u, own)),
    sum(applied(scheme + 10u, one), applied(scheme + 15u, earlier)),
  );
  let share = params.middle_share;
  let kept = Values(own.vo + share * earlier.vo, own.d + share * earlier.d, own.phi + share * earlier.phi);
  for (var part = 0u; part < 2u; part++) {
    tendency[vo + part] = kept.vo[part];
    tendency[d + part] = kept.d[part];
    tendency[phi + part] = kept.phi[part];
    advanced[vo + part] = result.vo[part];
    advanced[d + part] = result.d[part];
    advanced[phi + part] = result.phi[part];
  }
}
