import { expect, test } from 'vitest';
import { escapeMarkdown, lineOf, section } from '../../../../src/domain/model/markdown.js';

test.each([
  ['rooms 101, 102 until 2026-11-26T10:00Z (live)', 'rooms 101, 102 until 2026-11-26T10:00Z (live)'],
  ['[here](javascript:alert(1))', '\\[here\\](javascript:alert(1))'],
  ['![x](http://evil.example/p.png)', '!\\[x\\](http:/\\/evil.example/p.png)'],
  ['see www.evil.example', 'see www\\.evil.example'],
  ['<img src=x onerror=alert(1)>', '\\<img src=x onerror=alert(1)\\>'],
  ['**bold** _it_ `code` ~~gone~~ a|b', '\\*\\*bold\\*\\* \\_it\\_ \\`code\\` \\~\\~gone\\~\\~ a\\|b'],
  ['&lt;b&gt; a@b.example', '\\&lt;b\\&gt; a\\@b.example'],
  ['\\*', '\\\\\\*'],
  ['# title', '\\# title'],
  ['1. first', '1\\. first'],
  ['- item\n\n# title', '\\- item # title'],
])('the text %j is shown by Markdown as it is written', (text, markdown) => {
  expect(escapeMarkdown(text)).toBe(markdown);
});

test('a section escapes its lines, and keeps its own emphasis', () => {
  expect(section('Keys', ['*g1*', { strong: 'live', text: ' _x_' }])).toBe('### Keys\n- \\*g1\\*\n- **live** \\_x\\_');
  expect(section('Keys', [])).toBe('### Keys\nnone');
  expect(lineOf('[a]')).toBe('\\[a\\]');
});
