/**
 * Vocabulary of outcome measures in general: how statistics and instruments are worded in any field of medicine.
 * Acronyms of a field are the review's data and come as a value.
 */

/** Statistic, as patterns in order: the first that matches a place takes it, `at` says where it may stand. */
export const STATISTICS: readonly { name: string; pattern: RegExp; reason: string }[] = [
  {
    name: "percent change",
    pattern: /(?:\b(?:percent(?:age)?|relative)|%) changes?\b/iu,
    reason: "a change in proportion to the baseline is another figure than the change",
  },
  {
    name: "change",
    pattern: /^(?:the )?(?:(?:adjusted|least squares|LS) )?(?:mean|average|median|absolute) changes?\b/iu,
    reason: "the mean of changes is told as a change; what is counted behind it is the measurand",
  },
  {
    name: "AUC",
    pattern: /\b(?:area under (?:the )?(?:[\p{L}-]+ ){0,2}?curve|AUC)\b/iu,
    reason: "one statistic, long or short",
  },
  {
    name: "proportion",
    pattern: /\b(?:percentage|percent|proportion|fraction)\b(?= of)/iu,
    reason: "a share of participants, however scaled",
  },
  { name: "number", pattern: /\b(?:number|count)\b(?= of)/iu, reason: "a count is not a share" },
  { name: "frequency", pattern: /\b(?:frequency|incidence|occurrence)\b/iu, reason: "how often an event happens" },
  { name: "severity", pattern: /\bseverity\b/iu, reason: "how bad an event is" },
  { name: "time to", pattern: /\btime (?:to|until)\b/iu, reason: "a duration up to an event" },
  { name: "duration", pattern: /\bduration\b(?= of)/iu, reason: "how long a state lasts" },
  { name: "peak", pattern: /\b(?:peak|maximum|maximal)\b/iu, reason: "the greatest of several values" },
  { name: "mean", pattern: /\b(?:mean|average)\b/iu, reason: "averages" },
  { name: "median", pattern: /\bmedian\b/iu, reason: "averages" },
  { name: "rate", pattern: /\brates?\b(?! of reducing)/iu, reason: "mortality rate, response rate" },
  {
    name: "reduction",
    pattern: /\b(?:reduction|reducing|decrease|decline)s?\b/iu,
    reason: "a direction was registered",
  },
  { name: "increase", pattern: /\b(?:increase|rise)s?\b/iu, reason: "a direction was registered" },
  { name: "improvement", pattern: /\bimprovements?\b/iu, reason: "a direction was registered" },
  { name: "change", pattern: /(?:\b|∆-?)changes?\b/iu, reason: "no direction was registered" },
];

/** Words that end the name of an instrument: "mixed meal tolerance test", "visual analogue scale". */
export const INSTRUMENT_END = /\b(?:test|score|scores|scale|index|questionnaire|inventory|survey|assay|assessment)$/iu;

/** Instrument behind its measurand: "C-peptide AUC during OGTT", "response as defined by the Responder Index". */
export const INSTRUMENT_LINK =
  /\s(?:during|derived from|(?:as )?(?:assessed|measured|evaluated|determined|defined|graded) (?:by|with|using|per|according to)|according to|as per|on|by|using|for)\s(?:the |an? )?/iu;

/** Links that name an instrument whatever its name is. */
export const STATED_LINK = /assessed|measured|evaluated|determined|defined|graded|according|as per/iu;

/** What follows a comma as words about the part before it, not as a part of its own. */
export const SAME_PART =
  /^(?:as )?(?:assessed|measured|evaluated|determined|defined|graded|according|compared|including|per|using|via)\b/iu;

/** "Phase 1a: …": to which part of the trial an outcome belongs. */
export const PART_OF_TRIAL =
  /^(?:phase|part|cohort|stage|arm|group|period)s? [\w/]{1,4}(?: (?:and|&) [\w/]{1,4})?(?::| [-–]) /iu;

/** What the investigators will do with a measurand: "to evaluate the …", "assessment of …". */
export const PURPOSE =
  /^(?:to )?(?:evaluate|assess|determine|measure|compare|investigate|examine|describe|establish|characterize|characterise|demonstrate|estimate|explore|(?:evaluation|assessment|determination|measurement|comparison|investigation|examination) of) (?:the |an? )?/iu;

/** From here on a measure tells when or against what; the full text keeps it. */
export const TAIL =
  /\s(?:(?:at|after|until|up to|within|over|through) (?:the )?(?:\d|one|two|three|four|five|six|baseline|day|week|month|year|different|end)|(?:when )?compared|as defined|defined as|following|between baseline|relative to).*$/iu;

/** Says of a change what it is of; without it the words behind are the measurand. */
export const FROM_BASELINE = /\s(?:from|since|versus|vs\.?) baseline(?: in| of| to)?\b/iu;

/** "(0-120 min)", "(+/-5)": when, not what. */
export const NUMBERS_IN_PARENTHESES = /\s?\((?:\+\/-)?\d[^()]*\)/gu;

/** A share or count of people is one sentence: "proportion of participants who achieve and maintain remission". */
export const WHOLE_SENTENCE =
  /\b(?:percentage|percent|proportion|fraction|number)\b of (?:\p{L}+ )?(?:patients|participants|subjects|people)\b/iu;

/** Words without a meaning of their own at the edges of a measurand. */
export const FILLER_START =
  /^(?:(?:the|a|an|of|in|to|from|and|∆-?changes? (?:of|in)|changes? (?:of|in)|rate of|concentration of|levels? of|stimulated) )+/iu;
export const FILLER_END = /(?:\s(?:levels?|concentrations?|values?|of|in|from|to|and|during))+$/iu;

/** A time frame that is a bare number says no unit ("5"); a reader must see that, not guess it. */
export const BARE_NUMBER = /^\d+(?:[.,]\d+)?$/;

/** Who is observed, in other words. */
export const SUBJECTS = /\b(?:study |trial )?(?:participants|subjects)\b/giu;
