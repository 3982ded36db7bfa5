/** Colours for JavaScript: enough of its grammar for programs that are read. */

const TOKEN = new RegExp([
  String.raw`(?<comment>\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))`,
  String.raw`(?<string>'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|${'`'}(?:\\[^]|[^${'`'}\\])*${'`'}?)`,
  String.raw`(?<number>\b\d[\w.]*)`,
  String.raw`(?<keyword>\b(?:import|from|export|const|let|var|function|return|for|of|in|while|if|else|break|continue|new|await|async|yield|try|catch|finally|throw|class|extends|this|null|true|false|undefined|typeof|switch|case|default|do|delete|void|using|static|struct|int)\b)`,
].join('|'), 'g');

const escape = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The source as HTML, with a span for each comment, string, number and keyword. */
export function highlight(source: string): string {
  let html = '';
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    const [kind] = Object.entries(match.groups!).find(([, text]) => text !== undefined)!;
    html += `${escape(source.slice(at, match.index))}<span class="${kind}">${escape(match[0])}</span>`;
    at = match.index + match[0].length;
  }
  return html + escape(source.slice(at));
}
