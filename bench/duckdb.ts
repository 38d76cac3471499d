import { DuckDBInstance } from "@duckdb/node-api";
import { measure, tell } from "./measured.ts";

/** One flat row a record in DuckDB, without history: what a notebook would do. Usage: duckdb.ts FILE DATABASE-FILE */
const [file = "", place = ""] = process.argv.slice(2);
const instance = await DuckDBInstance.create(place);
const connection = await instance.connect();
tell(
  await measure(null, async () => {
    await connection.run(
      `create table flat as
       select json->>'$.protocolSection.identificationModule.nctId' as nct_id,
              json->>'$.protocolSection.identificationModule.briefTitle' as title,
              json->>'$.protocolSection.statusModule.overallStatus' as status,
              json->>'$.protocolSection.statusModule.startDateStruct.date' as start_date,
              json->>'$.protocolSection.statusModule.completionDateStruct.date' as completion_date,
              json->>'$.protocolSection.statusModule.lastUpdatePostDateStruct.date' as last_update_posted,
              json->'$.protocolSection.designModule.phases' as phases,
              (json->>'$.protocolSection.designModule.enrollmentInfo.count')::bigint as enrollment,
              json->>'$.protocolSection.designModule.designInfo.allocation' as allocation,
              json->>'$.protocolSection.sponsorCollaboratorsModule.leadSponsor.name' as sponsor,
              json->'$.protocolSection.conditionsModule.conditions' as conditions,
              json->'$.protocolSection.contactsLocationsModule.locations[*].country' as countries
         from read_ndjson_objects($1, maximum_object_size = 67108864)`,
      [file],
    );
    const [[count] = []] = await (await connection.runAndReadAll("select count(*)::integer from flat")).getRows();
    return Number(count);
  }),
);
connection.closeSync();
