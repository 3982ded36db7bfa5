/** Keys of the page: what they do, and the list of them. */

export interface Key {
  /** As KeyboardEvent.key has it. */
  readonly key: string;
  /** As the list shows it. */
  readonly shown: string;
  readonly does: string;
  readonly run: () => void;
  /** With Ctrl or Cmd, and in text fields too. */
  readonly control?: boolean;
}

/** Where keys mean something else already. */
const TEXT = 'input:not([type=checkbox], [type=range]), textarea, select';
/** Where Space and Enter do. */
const PRESSED = 'button, a, summary, input, select';
const MOVING = 'input, select, [data-arrows]';

function taken(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  if (document.querySelector('dialog[open]')) return true;
  if (target.closest?.(TEXT)) return true;
  if ((event.key === ' ' || event.key === 'Enter') && target.closest?.(PRESSED)) return true;
  return event.key.startsWith('Arrow') && target.closest?.(MOVING) != null;
}

/** Have the keys work; single keys while `single` says so. */
export function listen(keys: readonly Key[], single: () => boolean): void {
  addEventListener('keydown', (event) => {
    if (event.altKey || event.isComposing) return;
    const control = event.ctrlKey || event.metaKey;
    const key = keys.find((each) => each.key.toLowerCase() === event.key.toLowerCase() && (each.control ?? false) === control);
    if (!key || (!control && (!single() || taken(event)))) return;
    event.preventDefault();
    key.run();
  });
}

/** The list, as rows of a table. */
export function rows(keys: readonly Pick<Key, 'shown' | 'does'>[]): HTMLTableRowElement[] {
  return keys.map(({ shown, does }) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.append(...shown.split(' ').flatMap((part, i) => [...(i ? [' '] : []), Object.assign(document.createElement('kbd'), { textContent: part })]));
    row.append(head, Object.assign(document.createElement('td'), { textContent: does }));
    return row;
  });
}
