export const twice = (v) => 2 * v;
