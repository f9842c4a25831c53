"""The CIN census return: every module, with its child's id, and nothing from outside the file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.contract import contract_for
from orchestration.intake.readers import Block, FileRejected, Rejection, read_file

MODULES = tuple(contract_for("cin_census").tables)

HEADER = """<Header>
  <CollectionDetails>
    <Collection>CIN</Collection><Year>2025</Year><ReferenceDate>2025-03-31</ReferenceDate>
  </CollectionDetails>
  <Source><SourceLevel>L</SourceLevel><LEA>302</LEA><SoftwareCode>x</SoftwareCode></Source>
</Header>"""
CHILD = """<Child>
  <ChildIdentifiers>
    <LAchildID>C1</LAchildID><UPN>A123456789123</UPN><PersonBirthDate>2015-03-27</PersonBirthDate>
    <Sex> F </Sex>
  </ChildIdentifiers>
  <ChildCharacteristics>
    <Ethnicity>WBRI</Ethnicity>
    <Disabilities><Disability>HAND</Disability><Disability>HEAR</Disability></Disabilities>
  </ChildCharacteristics>
  <CINdetails>
    <CINreferralDate>2024-05-01</CINreferralDate><ReferralSource>1A</ReferralSource>
    <Assessments>
      <AssessmentActualStartDate>2024-05-02</AssessmentActualStartDate>
      <AssessmentAuthorisationDate>2024-06-02</AssessmentAuthorisationDate>
      <FactorsIdentifiedAtAssessment>
        <AssessmentFactors>2A</AssessmentFactors><AssessmentFactors>3B</AssessmentFactors>
      </FactorsIdentifiedAtAssessment>
    </Assessments>
    <CINPlanDates><CINPlanStartDate>2024-06-03</CINPlanStartDate></CINPlanDates>
    <Section47>
      <S47ActualStartDate>2024-05-10</S47ActualStartDate><InitialCPCtarget>2024-05-31</InitialCPCtarget>
      <DateOfInitialCPC>2024-05-30</DateOfInitialCPC><ICPCnotRequired>FALSE</ICPCnotRequired>
    </Section47>
    <ReferralNFA>0</ReferralNFA>
    <ChildProtectionPlans>
      <CPPstartDate>2024-05-30</CPPstartDate><InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse>
      <LatestCategoryOfAbuse>EMO</LatestCategoryOfAbuse><NumberOfPreviousCPP>0</NumberOfPreviousCPP>
      <Reviews><CPPreviewDate>2024-08-30</CPPreviewDate><CPPreviewDate>2025-02-28</CPPreviewDate></Reviews>
    </ChildProtectionPlans>
    <PreProceedingsandFGDM>
      <PPStartDate>2024-09-01</PPStartDate><ReviewMeetingsCount>2</ReviewMeetingsCount>
    </PreProceedingsandFGDM>
  </CINdetails>
  <CINdetails>
    <CINreferralDate>2025-01-06</CINreferralDate><DateOfInitialCPC>2025-01-07</DateOfInitialCPC>
    <ReferralNFA>true</ReferralNFA>
  </CINdetails>
</Child>"""


def message(*children: str, header: str = HEADER, root: str = "<Message>") -> str:
    return f"{root}\n{header}\n<Children>\n" + "\n".join(children) + "\n</Children>\n</Message>"


Read = Callable[..., dict[str, Block]]
RejectionOf = Callable[[str], FileRejected]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_content(content: str, encoding: str = "utf-8") -> dict[str, Block]:
        path = tmp_path / "received.csv"
        path.write_bytes(content.encode(encoding))
        return {str(block.sheet): block for block in read_file(path, frozenset())}

    return read_content


@pytest.fixture
def rejection(read: Read) -> RejectionOf:
    def rejection_of(content: str) -> FileRejected:
        with pytest.raises(FileRejected) as raised:
            read(content)
        return raised.value

    return rejection_of


def rows_of(block: Block) -> list[tuple[object, ...]]:
    return list(zip(*block.columns, strict=True))


EXPECTED_ROWS = {
    "header": [("CIN", "2025", "2025-03-31", "L", "302", "x", None, None, None)],
    "children": [("C1", "A123456789123", None, None, "2015-03-27", None, "F", None, None, "WBRI")],
    "disabilities": [("C1", "HAND"), ("C1", "HEAR")],
    "cin_details": [
        ("C1", 1, "2024-05-01", "1A", None, None, None, None, "0"),
        ("C1", 2, "2025-01-06", None, None, None, None, "2025-01-07", "true"),
    ],
    "assessments": [("C1", "2024-05-01", "2024-05-02", None, "2024-06-02")],
    "assessment_factors": [
        ("C1", "2024-05-02", "2024-06-02", "2A"),
        ("C1", "2024-05-02", "2024-06-02", "3B"),
    ],
    "cin_plans": [("C1", "2024-05-01", "2024-06-03", None)],
    "section47": [("C1", "2024-05-01", "2024-05-10", "2024-05-31", "2024-05-30", "FALSE")],
    "child_protection_plans": [("C1", "2024-05-01", "2024-05-30", None, "NEG", "EMO", "0")],
    "reviews": [
        ("C1", "2024-05-01", "2024-05-30", "2024-08-30"),
        ("C1", "2024-05-01", "2024-05-30", "2025-02-28"),
    ],
    "pre_proceedings": [
        ("C1", "2024-05-01", "2024-09-01", None, None, None, None, "2", None, None, None, None)
    ],
}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_its_rows(read: Read, module: str) -> None:
    assert rows_of(read(message(CHILD))[module]) == EXPECTED_ROWS[module]


def test_every_module_is_there_when_nothing_is_in_it(read: Read) -> None:
    blocks = read(message())

    assert list(blocks) == list(MODULES)
    assert {
        name: len(block.row_numbers) for name, block in blocks.items() if name != "header"
    } == dict.fromkeys([name for name in MODULES if name != "header"], 0)
    assert all(len(block.columns) == len(block.headings) for block in blocks.values())


def test_row_number_is_the_line_of_the_element(read: Read) -> None:
    content = message(CHILD)
    lines = content.split("\n")

    numbers = read(content)["cin_details"].row_numbers

    assert [lines[number - 1].strip() for number in numbers] == ["<CINdetails>", "<CINdetails>"]


def test_namespace_makes_no_difference(read: Read) -> None:
    plain = read(message(CHILD))

    assert read(message(CHILD, root='<Message xmlns="urn:supplier">')) == plain


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_makes_no_difference(read: Read, encoding: str) -> None:
    assert rows_of(read(message(CHILD), encoding)["children"]) == EXPECTED_ROWS["children"]


def test_declared_windows_1252_is_read(read: Read) -> None:
    content = '<?xml version="1.0" encoding="windows-1252"?>' + message(
        CHILD.replace("C1", "C\u00e91")
    )

    assert rows_of(read(content, "cp1252")["disabilities"])[0] == ("C\u00e91", "HAND")


def test_comments_and_stray_text_are_no_values(read: Read) -> None:
    child = CHILD.replace("<UPN>", "<!-- UPN -->stray<UPN>").replace("<Sex>", "<?x y?><Sex>")

    assert rows_of(read(message(child))["children"]) == EXPECTED_ROWS["children"]


def test_child_without_an_id_keeps_its_rows(read: Read) -> None:
    blocks = read(message(CHILD.replace("<LAchildID>C1</LAchildID>", "<LAchildID/>")))

    assert blocks["children"].columns[0] == (None,)
    assert blocks["reviews"].columns[0] == (None, None)


def test_unknown_elements_are_named_once_and_without_their_values(read: Read) -> None:
    child = CHILD.replace("<Sex>", "<Surname>CANARY</Surname><Sex>").replace(
        "<ReferralNFA>", "<Notes><Note>CANARY</Note></Notes><ReferralNFA>"
    )

    blocks = read(message(child, child))

    (note,) = blocks["children"].notes
    assert (note.code, note.count) == ("UNKNOWN_ELEMENTS", 2)
    assert [name.name for name in note.names] == ["Surname", "Notes"]
    assert "Surname" not in f"{note.message} {note.names[0]}"
    assert rows_of(blocks["children"]) == EXPECTED_ROWS["children"] * 2


def test_element_given_twice_is_read_once_and_noted(read: Read) -> None:
    blocks = read(
        message(CHILD.replace("<ReferralNFA>0", "<ReferralNFA>1</ReferralNFA><ReferralNFA>0"))
    )

    assert blocks["cin_details"].columns[-1][0] == "1"
    assert [note.code for note in blocks["children"].notes] == ["REPEATED_ELEMENTS"]


# ---- 17, 21: damaged and hostile files


def test_cut_off_file_is_rejected_with_its_line(rejection: RejectionOf) -> None:
    content = message(CHILD, CHILD)
    cut = content[: content.index("</Children>")]

    rejected = rejection(cut)

    assert rejected.code == Rejection.XML_MALFORMED
    assert rejected.row == cut.count("\n") + 1


def test_file_cut_off_before_its_root_is_rejected(rejection: RejectionOf) -> None:
    assert rejection('<?xml version="1.0"?>\n<!-- ').code == Rejection.XML_MALFORMED


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE Message [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE Message [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!--" + "x" * 200_000 + '--><!DOCTYPE Message [<!ENTITY a "ha">]>',
    ],
)
def test_document_type_is_rejected_before_anything_is_expanded(
    rejection: RejectionOf, declaration: str
) -> None:
    assert (
        rejection(declaration + message(CHILD.replace("C1", "&a;"))).code == Rejection.XML_ENTITIES
    )


def test_undeclared_entity_is_rejected(rejection: RejectionOf) -> None:
    assert rejection(message(CHILD.replace("C1", "&a;"))).code == Rejection.XML_MALFORMED


def test_unknown_encoding_is_rejected(rejection: RejectionOf) -> None:
    assert (
        rejection('<?xml version="1.0" encoding="utf-88"?>' + message()).code == Rejection.ENCODING
    )


# ---- other returns


def test_another_return_is_rejected_by_the_name_of_its_root(rejection: RejectionOf) -> None:
    rejected = rejection("<EXPOTHER><CHILD/></EXPOTHER>")

    assert rejected.code == Rejection.UNKNOWN_XML
    assert [name.in_full() for name in rejected.names] == ["root element 'EXPOTHER'"]
    assert "EXPOTHER" not in f"{rejected} {rejected.names[0]}"
    for returned in ("CIN census", "SSDA903", "SEN2", "NCCIS"):
        assert returned in str(rejected)


@pytest.mark.parametrize("header", [HEADER.replace("CIN", "SEN2"), ""])
def test_message_of_another_collection_is_rejected(rejection: RejectionOf, header: str) -> None:
    assert rejection(message(header=header)).code == Rejection.UNKNOWN_XML
