import { describe, expect, test } from "vitest";
import { looksLikePerson, personName, samePerson, splitNames } from "../../../pipeline/normalize/names.ts";

describe("a person's name", () => {
  test.each([
    ["Jianming Tan, professor", "Jianming Tan"],
    ["Jianming Tan, Professor JM Tan, doctor", "Jianming Tan"],
    ["Jianming Tan M.D and Ph.D", "Jianming Tan"],
    ["Wang, Yangang MD", "Wang, Yangang"],
    ["Sun, Lingyun/ Prof.", "Sun, Lingyun"],
    ["Dalong Zhu, MD.PhD.", "Dalong Zhu"],
    ["Prof. Dr. med. Anna Berg", "Anna Berg"],
    ["Edelman, David - Study Chair", "Edelman, David"],
    ["chen bing, doctor", "Chen Bing"],
    ["Jun Ma MD", "Jun Ma"],
    ["Jack Ma, MA", "Jack Ma"],
    ["John Reader", "John Reader"],
    ["Md. Shahidul Islam", "Md. Shahidul Islam"],
    ["Professor", "Professor"],
    ["Dr.Deepak N Rao, MD", "Deepak N Rao"],
    ["Bingxuan Dr. Wu, PhD", "Bingxuan Wu"],
    ["Dr. BV Tantry, MD., DM", "BV Tantry"],
  ])("%s is printed %s", (written, printed) => expect(personName(written).printed).toBe(printed));

  test("family name first is turned for comparison", () => {
    expect(personName("Wang, Yangang MD").words).toEqual(["Yangang", "Wang"]);
    expect(personName("de Vries, Jan").words).toEqual(["Jan", "de", "Vries"]);
  });

  test("offices, firms and call centres are no persons", () => {
    for (const text of ["External Affairs", "Acme Clinical Trials", "Nephrology", "Study Director", "Novartis"]) {
      expect(looksLikePerson(text), text).toBe(false);
    }
    for (const text of [
      "Novo Nordisk A/S",
      "Zai Lab (Hong Kong), Ltd.",
      "Teijin America, Inc.",
      "DSC Services, s.r.o.",
    ])
      expect(looksLikePerson(text), text).toBe(false);
    expect(looksLikePerson("Per-Ola Carlsson, MD, PhD")).toBe(true);
    expect(looksLikePerson("BV Tantry")).toBe(true);
  });
});

describe("same person", () => {
  test.each([
    ["Wang, Yangang", "Yangang Wang, MD Phd", true],
    ["Gary Gilkeson", "Gary S. Gilkeson, MD", true],
    ["Julio Voltarelli", "Júlio Cesar Voltarelli", true],
    ["Carlos E Couri", "Carlos Eduardo Couri", true],
    ["DanQi Deng", "Deng Danqi", true],
    ["Shi X Y", "X.Y. Shi", true],
    ["Yan-Gang Wang", "Yangang Wang", true],
    ["Wei Wang", "Xiao Wei Wang", false],
    ["J Tan", "Jianming Tan", false],
    ["Sun", "Lingyun Sun", false],
    ["Lingyun Sun", "Lingyun Song", false],
    ["Mesoblast, Inc.", "Mesoblast Inc", true],
    ["Mesoblast, Inc.", "Mesoblast International Sàrl", false],
    ["Mesoblast, Inc.", "Mesoblast, Ltd.", false],
    ["Acme Co., Ltd.", "Acme Company Limited", true],
    ["Autonomic Devices, Inc.", "Autonomic Devices, Ltd.", false],
    ["Novo Nordisk A/S", "Novo Nordisk", false],
    ["The University of Oslo", "University of Oslo", true],
    ["", "", false],
  ])("%s and %s: %s", (a, b, same) => {
    expect(samePerson(a, b)).toBe(same);
    expect(samePerson(b, a)).toBe(same);
  });
});

test.each([
  ["Gary S. Gilkeson, Diane L. Kamen", ["Gary S. Gilkeson", "Diane L. Kamen"]],
  ["Wang, Yangang", ["Wang, Yangang"]],
  ["Wang, Yangang, Li, Wei", ["Wang, Yangang", "Li, Wei"]],
  ["Cellonis Biotechnology Co. Ltd., Others", ["Cellonis Biotechnology Co. Ltd., Others"]],
  ["Jane Doe and John Roe", ["Jane Doe", "John Roe"]],
  ["Chen Bing, MD, Li Wei, PhD", ["Chen Bing", "Li Wei"]],
  ["Anna Berg, PhD", ["Anna Berg, PhD"]],
  [" ", []],
])("the names in %j", (printed, names) => expect(splitNames(printed)).toEqual(names));
