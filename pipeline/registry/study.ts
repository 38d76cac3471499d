import * as z from "zod";

/**
 * The part of a registry record that we read (ctgov-api.md section 3), as a loose schema: keys we do not read pass
 * untouched, enum values we do not know pass as text (metadata.ts counts both). What fails here goes to quarantine.
 */

const PARTIAL_DATE = /^(?!0000)\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/;

/**
 * 2024, 2024-03 or 2024-03-15, and a day that exists: 2024-02-30 or 2024-13 is no date (ctgov-api.md 3, PartialDate), nor
 * is anything in the year 0000, which Postgres refuses.
 */
export function isPartialDate(text: string): boolean {
  if (!PARTIAL_DATE.test(text)) return false;
  const day = Number(text.slice(8, 10));
  // Every month has 28 days; the rest ask the calendar.
  return day <= 28 || day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}

/** Postgres integer; the registry's largest count is 188,814,085, its sentinel 99999999 (ctgov-api.md 3.1). */
const LARGEST_COUNT = 2_147_483_647;

const text = z.string();
const partialDate = z.string().refine(isPartialDate, { error: "not a calendar date (yyyy, yyyy-mm or yyyy-mm-dd)" });
const dateStruct = z.looseObject({ date: partialDate.optional(), type: text.optional() });
const agency = z.looseObject({ name: text.optional(), class: text.optional() });
const outcome = z.looseObject({
  measure: text.optional(),
  description: text.optional(),
  timeFrame: text.optional(),
});

export const studySchema = z.looseObject({
  protocolSection: z.looseObject({
    identificationModule: z.looseObject({
      nctId: z.string().regex(/^NCT\d{8}$/, { error: "not an NCT id (NCT and 8 digits)" }),
      nctIdAliases: z.array(text).optional(),
      briefTitle: text.optional(),
      officialTitle: text.optional(),
      acronym: text.optional(),
      organization: z.looseObject({ fullName: text.optional() }).optional(),
    }),
    statusModule: z.looseObject({
      statusVerifiedDate: partialDate.optional(),
      overallStatus: text,
      lastKnownStatus: text.optional(),
      whyStopped: text.optional(),
      startDateStruct: dateStruct.optional(),
      primaryCompletionDateStruct: dateStruct.optional(),
      completionDateStruct: dateStruct.optional(),
      studyFirstPostDateStruct: dateStruct.optional(),
      resultsFirstSubmitDate: partialDate.optional(),
      resultsFirstPostDateStruct: dateStruct.optional(),
      dispFirstSubmitDate: partialDate.optional(),
      lastUpdateSubmitDate: partialDate.optional(),
      lastUpdatePostDateStruct: dateStruct.optional(),
    }),
    sponsorCollaboratorsModule: z
      .looseObject({
        responsibleParty: z
          .looseObject({
            type: text.optional(),
            investigatorFullName: text.optional(),
            investigatorTitle: text.optional(),
            investigatorAffiliation: text.optional(),
            oldNameTitle: text.optional(),
            oldOrganization: text.optional(),
          })
          .optional(),
        leadSponsor: agency.optional(),
        collaborators: z.array(agency).optional(),
      })
      .optional(),
    oversightModule: z
      .looseObject({ isFdaRegulatedDrug: z.boolean().optional(), isFdaRegulatedDevice: z.boolean().optional() })
      .optional(),
    descriptionModule: z
      .looseObject({ briefSummary: text.optional(), detailedDescription: text.optional() })
      .optional(),
    conditionsModule: z
      .looseObject({ conditions: z.array(text).optional(), keywords: z.array(text).optional() })
      .optional(),
    designModule: z
      .looseObject({
        studyType: text.optional(),
        phases: z.array(text).optional(),
        designInfo: z
          .looseObject({
            allocation: text.optional(),
            interventionModel: text.optional(),
            interventionModelDescription: text.optional(),
            primaryPurpose: text.optional(),
            maskingInfo: z
              .looseObject({
                masking: text.optional(),
                maskingDescription: text.optional(),
                whoMasked: z.array(text).optional(),
              })
              .optional(),
          })
          .optional(),
        enrollmentInfo: z
          .looseObject({ count: z.int().nonnegative().max(LARGEST_COUNT).optional(), type: text.optional() })
          .optional(),
      })
      .optional(),
    armsInterventionsModule: z
      .looseObject({
        armGroups: z
          .array(
            z.looseObject({
              label: text.optional(),
              type: text.optional(),
              description: text.optional(),
              interventionNames: z.array(text).optional(),
            }),
          )
          .optional(),
        interventions: z
          .array(
            z.looseObject({
              type: text.optional(),
              name: text.optional(),
              description: text.optional(),
              armGroupLabels: z.array(text).optional(),
              otherNames: z.array(text).optional(),
            }),
          )
          .optional(),
      })
      .optional(),
    outcomesModule: z
      .looseObject({
        primaryOutcomes: z.array(outcome).optional(),
        secondaryOutcomes: z.array(outcome).optional(),
        otherOutcomes: z.array(outcome).optional(),
      })
      .optional(),
    eligibilityModule: z.looseObject({ eligibilityCriteria: text.optional() }).optional(),
    contactsLocationsModule: z
      .looseObject({
        centralContacts: z.array(z.looseObject({ name: text.optional(), role: text.optional() })).optional(),
        overallOfficials: z
          .array(z.looseObject({ name: text.optional(), affiliation: text.optional(), role: text.optional() }))
          .optional(),
        locations: z
          .array(
            z.looseObject({
              facility: text.optional(),
              status: text.optional(),
              city: text.optional(),
              state: text.optional(),
              country: text.optional(),
              contacts: z.array(z.looseObject({ name: text.optional(), role: text.optional() })).optional(),
            }),
          )
          .optional(),
      })
      .optional(),
    referencesModule: z
      .looseObject({
        references: z
          .array(
            z.looseObject({
              pmid: text.optional(),
              type: text.optional(),
              citation: text.optional(),
              retractions: z.array(z.looseObject({ pmid: text.optional(), source: text.optional() })).optional(),
            }),
          )
          .optional(),
      })
      .optional(),
  }),
  resultsSection: z.looseObject({}).optional(),
  annotationSection: z.looseObject({}).optional(),
  documentSection: z.looseObject({}).optional(),
  derivedSection: z
    .looseObject({
      miscInfoModule: z.looseObject({ versionHolder: text.optional() }).optional(),
      conditionBrowseModule: z.looseObject({}).optional(),
      interventionBrowseModule: z.looseObject({}).optional(),
    })
    .optional(),
  hasResults: z.boolean().optional(),
});

export type Study = z.infer<typeof studySchema>;
