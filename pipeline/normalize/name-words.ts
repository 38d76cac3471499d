/**
 * Words around names, as lower-case letters without dots. Gathered from the second to last comma parts of the 3,932
 * official names in the corpus; what is missing here is only printed with the name, never lost.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Degrees and memberships that are no one's surname; several may be written together. */
export const DEGREES = words(`
  md phd mph msc msci mscr msce mbbs mbchb mbbchir mbbch bmbs bmbch mdcm dphil drph dsc dmsc dmed dclacphd pharmd dnp dds dmd
  dvm dpm dpt tdpt scd edd psyd jd mba mpa mha mhs mhsc med bsc bsn bpharm bds mds mch mbbsms dnb fcps frcs frcp frcpc frcpch
  frcpa fracp frca fracs facs facc facp fccp faan faha fesc fetcs faap facog mrcp mrcpch mrcs ccfp crnp aprn aocn lcsw msw msn
  mptm mpth mmed mphil dnbe dmsci omfs kmd faad mfpm habil mudr rndr otrl phdr
`);

/** Degrees that are also names or initials; they count only in capitals behind two other words. */
export const LOOSE_DEGREES = words("ma mas do ms ba bs pa rn dm dc cm pt od mb mm rd nd np ph ap pi mt pd sm ot bm mc");

/** Forms of address: no one's name, and so taken off in front of a name and behind it. */
export const HONORIFICS = words(`
  prof professor dr doctor drs mr mrs ms mme mlle pr pd priv privdoz doz docent univ univprof profdr dott drmed profdrmed ing
  assoc assocprof
`);

/** Ranks and posts, some of which are also surnames (Head, Reader, Page): taken off only behind a comma or a title. */
export const RANKS = words(`
  sir med assist asst ass a associate assistant clinical emeritus chief physician surgeon lecturer reader head director master
  bachelor fellow student principal investigator subinvestigator coinvestigator study chair chairman chairperson coordinator
  sponsor contact hons scientist specialist consultant hematologist pulmonologist pediatrician medicine medical research and e
  senior junior
`);

/** Family-name particles: "de Vries, Jan" is written family name first. */
export const PARTICLES = words("de van von der den la le el al da dos di del ter ten bin ben");

/** Words that make a text the name of a body. */
export const ORGANISATION = words(`
  inc ltd llc llp gmbh ag corp corporation company co sarl sas spa bv nv plc pty sdn bhd srl kg kft sro limited incorporated
  hospital hospitals hopital hopitaux university universitat universite universidad universita college school institute institut
  instituto institution centre center centers clinic clinics clinical klinik klinikum department dept division faculty foundation
  fundacion fondazione association society network consortium group laboratory laboratories labs pharma pharmaceutical
  pharmaceuticals biotech biotechnology biosciences biopharma biologics therapeutics sciences medical medicine health healthcare
  hospitalier ministry agency council committee trust authority academy others unit bureau board nhs chu
`);

/** Offices and posts without a person. */
export const JOB_WORDS = words(`
  affairs trials trial study studies call information manager officer office ceo vp director administrator team line helpdesk
  recruitment coordinator monitor responsible registry external regulatory operations development enquiries inquiries support
`);

/** Forms of incorporation that are no part of a person's name; two letters could be initials, but for A/S. */
export const LEGAL_FORM =
  /(?:^|[\s,.])(?:inc|ltd|llc|llp|gmbh|corp|sarl|sàrl|sas|plc|pty|srl|s\.r\.o|limited|incorporated|kgaa|jsc|a\/s)(?:$|[\s,.)])/iu;

/** One spelling a legal form: the form itself is part of the name. */
export const LEGAL_FORMS: Record<string, string> = {
  incorporated: "inc",
  limited: "ltd",
  corporation: "corp",
  company: "co",
  centre: "center",
  coltd: "co ltd",
};
