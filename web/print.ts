/** Values as console.log shows them. */

const PLAIN = /^[\w$]+$/;

/** A value within another one, `depth` levels down at most. */
function inside(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`;
  return shown(value, depth);
}

const entries = (value: object, depth: number): string[] =>
  Object.entries(value).map(([key, each]) => `${PLAIN.test(key) ? key : `'${key}'`}: ${inside(each, depth)}`);

const braced = (open: string, parts: string[], close: string): string => (parts.length ? `${open} ${parts.join(', ')} ${close}` : open + close);

function object(value: object, depth: number): string {
  if (value instanceof Error) return value.stack?.includes(value.message) ? value.stack : `${value}`;
  if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) return braced('[', value.slice(0, 100).map((each) => inside(each, depth - 1)), ']');
  if (value instanceof Map) return braced(`Map(${value.size}) {`, [...value].map(([k, v]) => `${inside(k, depth - 1)} => ${inside(v, depth - 1)}`), '}');
  if (value instanceof Set) return braced(`Set(${value.size}) {`, [...value].map((each) => inside(each, depth - 1)), '}');
  const { name } = (value as { constructor?: Function }).constructor ?? { name: '' };
  return braced(`${name && name !== 'Object' ? `${name} ` : ''}{`, entries(value, depth - 1), '}');
}

function shown(value: unknown, depth: number): string {
  if (typeof value === 'function') return `[Function: ${value.name || '(anonymous)'}]`;
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'object' && value !== null ? object(value, depth) : String(value);
}

/** A line of output. */
export const line = (values: unknown[]): string => values.map((value) => (typeof value === 'string' ? value : shown(value, 3))).join(' ');
