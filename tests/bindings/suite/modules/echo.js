// Of the documentation's examples.
export const echo = (value) => value;
