/** Form of a commit's subject, `area: imperative`. `.ci/check-commits` runs it. */

/** First words that are not imperatives: "added", "adding", "adds". */
const NOT_IMPERATIVE = /^\w+(?:ed|ing|[^su\W]s)$/;
/** Imperatives that look like another form of a verb. */
const IMPERATIVE =
  /^(?:embed|exceed|feed|need|proceed|seed|shed|speed|succeed|bring|ping|ring|string|swing|alias|bias|canvas)$/;

const form = {
  rules: {
    'area-and-imperative': ({ subject }) => {
      const verb = /^[a-z][\w-]*/.exec(subject ?? '')?.[0];
      if (verb === undefined) return [false, 'the subject has the form "area: imperative", as in "lint: add a rule"'];
      return [!NOT_IMPERATIVE.test(verb) || IMPERATIVE.test(verb), `"${verb}" is not an imperative`];
    },
  },
};

export default {
  // Several areas are separated by commas: "booking, cli: rewrite comments".
  parserPreset: {
    parserOpts: {
      headerPattern: /^([a-z0-9./-]+(?:, [a-z0-9./-]+)*): (.+)$/,
      headerCorrespondence: ['type', 'subject'],
    },
  },
  plugins: [form],
  rules: {
    'area-and-imperative': [2, 'always'],
    'subject-full-stop': [2, 'never', '.'],
    'header-max-length': [2, 'always', 72],
  },
};
