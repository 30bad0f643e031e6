/**
 * ESLint rules for the language of comments and test titles (CONTRIBUTING.md, "Style"): a docstring opens with a verb in the third person
 * or a noun phrase, the title of a test is a whole sentence, and a short list of words is not used in either.
 */
const OPENING = /^\*\s*(?:What|Who|Whose|Whoever|Whatever|Of|As|That)\b/;
/** People are told; a system receives. */
const IS_TOLD = '(?<!\\b(?:person|guest|desk) )is told';
const BANNED = new RegExp(
  `\\b(?:whoever|anew|for ever|to be had|called off|groundwork|hindrances?|take stock|foresees?|nobody|verdicts?|mend(?:s|ed|ing)?|at work|${IS_TOLD})\\b`,
  'i',
);

const TITLE_OPENING = /^(?:What|Who|Whoever|Of|As|That|it)\b/i;
const GENDERED = /\b(?:he|him|his|himself)\b/i;
const LEAST_WORDS = 4;
const MOST_CHARACTERS = 140;

/** Parts of Vitest's API that take no title themselves: the call of what they return does. */
const TAKE_NO_TITLE = new Set(['each', 'for', 'skipIf', 'runIf']);
const MODIFIERS = new Set([...TAKE_NO_TITLE, 'skip', 'only', 'todo', 'fails', 'concurrent', 'sequential']);

const BANNED_MESSAGE = 'Write plain English: "{{word}}" is not used here (docs/glossary.md).';

/** @type {import('eslint').Rule.RuleModule} */
export const plainLanguage = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      opening: 'A docstring opens with a verb in the third person ("Returns") or a noun phrase, not with "{{word}}".',
      banned: BANNED_MESSAGE,
    },
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const loc = comment.loc;
          const opening = comment.type === 'Block' ? OPENING.exec(comment.value) : null;
          if (opening !== null) {
            context.report({ loc, messageId: 'opening', data: { word: opening[0].replace(/^\*\s*/, '') } });
          }
          const banned = BANNED.exec(comment.value);
          if (banned !== null) context.report({ loc, messageId: 'banned', data: { word: banned[0] } });
        }
      },
    };
  },
};

/** @type {import('eslint').Rule.RuleModule} */
export const plainTitles = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      banned: BANNED_MESSAGE,
      gendered: 'Guests are "they": "{{word}}" is not used here.',
      opening: 'The title of a test is a whole sentence: it does not start with "{{word}}".',
      should: 'The title of a test says what happens: no "should".',
      short: `The title of a test is a whole sentence: it has at least ${LEAST_WORDS} words.`,
      long: `The title of a test has at most ${MOST_CHARACTERS} characters; this one has {{length}}.`,
      stop: 'The title of a test ends without a full stop.',
    },
  },
  create(context) {
    return {
      CallExpression(node) {
        const title = textOf(node.arguments[0]);
        if (title === undefined) return;
        const titled = titledBy(node.callee);
        if (titled === undefined) return;
        for (const [messageId, data] of problemsOf(title, titled === 'describe' ? WORDS : WORDS_AND_FORM)) {
          context.report({ node: node.arguments[0], messageId, data });
        }
      },
    };
  },
};

/** Checks of any title: message and what breaks it. */
const WORDS = {
  banned: (title) => found(BANNED, title),
  gendered: (title) => found(GENDERED, title),
};

/** Checks of the title of a test. */
const WORDS_AND_FORM = {
  ...WORDS,
  opening: (title) => found(TITLE_OPENING, title),
  should: (title) => found(/\bshould\b/i, title),
  short: (title) => (title.trim().split(/\s+/).length < LEAST_WORDS ? {} : undefined),
  long: (title) => (title.length > MOST_CHARACTERS ? { length: title.length } : undefined),
  stop: (title) => (title.endsWith('.') ? {} : undefined),
};

function problemsOf(title, checks) {
  return Object.entries(checks).flatMap(([messageId, check]) => {
    const data = check(title);
    return data === undefined ? [] : [[messageId, data]];
  });
}

function found(pattern, title) {
  const match = pattern.exec(title);
  return match === null ? undefined : { word: match[0] };
}

/** Returns 'test' or 'describe' where a call of this callee takes the title of one: `it`, `test.skip`, `test.each(rows)`. */
function titledBy(callee) {
  if (callee.type === 'MemberExpression' && TAKE_NO_TITLE.has(callee.property.name)) return undefined;
  let root = callee;
  for (;;) {
    if (root.type === 'CallExpression') root = root.callee;
    else if (root.type === 'TaggedTemplateExpression') root = root.tag;
    else if (root.type === 'MemberExpression' && MODIFIERS.has(root.property.name)) root = root.object;
    else break;
  }
  if (root.type !== 'Identifier') return undefined;
  return { it: 'test', test: 'test', describe: 'describe', suite: 'describe' }[root.name];
}

/** Returns the text of a string, a template or a sum of them, with `…` for each part that is known at run time only. */
function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked).join('…');
  if (node?.type === 'BinaryExpression' && node.operator === '+') {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
  }
  return undefined;
}
