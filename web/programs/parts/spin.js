export function* spin() {
  for (let n = 0; ; n++);
}
