/** What is pointed at, in words. */
import type { Recording } from './recording.js';
import { look, type Spot, time } from './view.js';

const SAYS = { running: 'running', runnable: 'ready to run', waiting: 'waiting', sleeping: 'asleep', stuck: 'waiting for ever' } as const;

/** What a number stands for: locks are made of channels, but nobody sees that. */
export const named = (channel: number, reason: string): string => `${/^(sync|sema)/.test(reason) ? 'lock' : 'channel'} ${channel}`;

function lines({ track, segment, t }: Spot, recording: Recording): [string, string][] {
  const channel = recording.channel(segment.object);
  const end = Math.min(segment.t1, recording.model.end);
  const { site } = track;
  const parent = recording.model.goroutines.get(track.parent);
  const place = site.file ? `${site.file.replace(/^.*\//, '')}:${site.line}` : '';
  return [
    ['state', SAYS[look(segment, recording.stuck)]],
    ['reason', segment.reason],
    ['on', channel ? named(channel, segment.reason) : ''],
    ['thread', segment.m >= 0 && segment.state === 'running' ? `M${segment.m}` : ''],
    ['since', `${time(segment.t0 - recording.model.start)}, for ${time(Math.max(end - segment.t0, 0))}`],
    ['started', [parent ? `by ${parent.name} #${parent.g}` : '', place].filter(Boolean).join(', ')],
    ['at', time(t - recording.model.start)],
  ];
}

const title = ({ track }: Spot): string => `${track.name || 'goroutine'} #${track.g}`;

/** As elements. */
export function describe(spot: Spot, recording: Recording): HTMLElement[] {
  const head = Object.assign(document.createElement('strong'), { textContent: title(spot) });
  const list = document.createElement('dl');
  for (const [name, text] of lines(spot, recording)) {
    if (!text || name === 'at') continue;
    list.append(Object.assign(document.createElement('dt'), { textContent: name }), Object.assign(document.createElement('dd'), { textContent: text }));
  }
  return [head, list];
}

/** As one sentence. */
export const summary = (spot: Spot, recording: Recording): string =>
  `${title(spot)}: ${lines(spot, recording).filter(([, text]) => text).map(([name, text]) => `${name} ${text}`).join('; ')}`;
