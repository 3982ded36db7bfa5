/** Light, dark, or as the system has it; remembered. */

const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const KEY = 'goro-theme';

function stored(): Theme {
  try {
    return THEMES.find((each) => each === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function apply(theme: Theme, button: HTMLElement): void {
  document.documentElement.dataset['theme'] = theme;
  button.textContent = theme[0]!.toUpperCase() + theme.slice(1);
  button.setAttribute('aria-label', `${button.textContent}: colours`);
}

/** The button goes through them. changed: colours are other ones from now on. */
export function themeButton(button: HTMLElement, changed: () => void): void {
  let theme = stored();
  apply(theme, button);
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
    apply(theme, button);
    try {
      localStorage.setItem(KEY, theme);
    } catch { /* this time only */ }
    changed();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
}
