/**
 * ESLint rule for the language of comments (CONTRIBUTING.md, "Style"): a docstring opens with a verb in the third person or a noun phrase,
 * and a short list of words is not used.
 */
const OPENING = /^\*\s*(?:What|Who|Whose|Whoever|Whatever|Of|As|That)\b/;
const BANNED = /\b(whoever|anew|for ever|to be had|called off|groundwork|hindrances?|take stock|foresees?)\b/i;

/** @type {import('eslint').Rule.RuleModule} */
export const plainLanguage = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      opening: 'A docstring opens with a verb in the third person ("Returns") or a noun phrase, not with "{{word}}".',
      banned: 'Write plain English: "{{word}}" is not used here (docs/glossary.md).',
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
