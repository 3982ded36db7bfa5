/**
 * What the page shows, as the part of its address behind #, and back. Pure but
 * for the compression of programs that were edited.
 */
import type { Files } from './protocol.js';

/** What an address says. */
export interface Shared {
  readonly program: string;
  /** 0: a new one each time. */
  readonly seed: number;
  /** 0: as many as there are processors. */
  readonly procs: number;
  readonly speed: number;
  /** Only of a program that was edited. */
  readonly files: Files | undefined;
}

export const DEFAULTS: Shared = { program: '', seed: 0, procs: 0, speed: 1, files: undefined };

async function piped(bytes: Uint8Array<ArrayBuffer>, through: GenericTransformStream): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(through as ReadableWritablePair);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const toText = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

/** All but the files. */
export function paramsOf(shared: Shared): URLSearchParams {
  const params = new URLSearchParams();
  if (shared.program) params.set('program', shared.program);
  if (shared.seed !== DEFAULTS.seed) params.set('seed', String(shared.seed));
  if (shared.procs !== DEFAULTS.procs) params.set('procs', String(shared.procs));
  if (shared.speed !== DEFAULTS.speed) params.set('speed', String(shared.speed));
  return params;
}

/** The part behind #, without it. */
export async function toHash(shared: Shared): Promise<string> {
  const params = paramsOf(shared);
  if (shared.files) {
    const json = new TextEncoder().encode(JSON.stringify(shared.files));
    params.set('code', toText(await piped(json, new CompressionStream('deflate-raw'))));
  }
  return params.toString();
}

const whole = (text: string | null, max: number): number => {
  const n = Number(text);
  return Number.isInteger(n) && n > 0 && n <= max ? n : 0;
};

/** What a part behind # says; what cannot be understood is as if it were not there. */
export async function fromHash(hash: string): Promise<Shared> {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const speed = Number(params.get('speed'));
  return {
    program: params.get('program') ?? DEFAULTS.program,
    seed: whole(params.get('seed'), 0xffffffff),
    procs: whole(params.get('procs'), 64),
    speed: speed > 0 && speed <= 100 ? speed : DEFAULTS.speed,
    files: await filesFrom(params.get('code')),
  };
}

async function filesFrom(code: string | null): Promise<Files | undefined> {
  if (!code) return undefined;
  try {
    const json = await piped(toBytes(code), new DecompressionStream('deflate-raw'));
    const files: unknown = JSON.parse(new TextDecoder().decode(json));
    const known = typeof files === 'object' && files !== null && 'main.js' in files && Object.values(files).every((each) => typeof each === 'string');
    return known ? files as Files : undefined;
  } catch {
    return undefined;
  }
}
