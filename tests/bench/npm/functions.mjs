// What the workers are asked to do.
export const inc = (x) => x + 1;
