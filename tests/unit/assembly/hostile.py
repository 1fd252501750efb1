"""Hostile and odd exhibits, made on the spot: each function writes one file and returns its path."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from .papers import new_pdf, saved

Maker = Callable[[Path], Path]
MAKERS: dict[str, Maker] = {}


def case(maker: Maker) -> Maker:
    MAKERS[maker.__name__] = maker
    return maker


def written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


def pdf_bytes(*texts: str) -> bytes:
    buffer = io.BytesIO()
    new_pdf(*texts).save(buffer, deterministic_id=True)
    return buffer.getvalue()


def annotated(folder: Path, **entries: object) -> Path:
    pdf = new_pdf("Page with something above it")
    annotation = Dictionary(Type=Name.Annot, Rect=Array([100, 100, 200, 150]), F=4, **entries)
    pdf.pages[0].Annots = Array([pdf.make_indirect(annotation)])
    return saved(pdf, folder / "annotated.pdf")


def with_layers(*, hidden: bool) -> Pdf:
    pdf = new_pdf("Seen")
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer")))
    page = pdf.pages[0]
    page.Resources.Properties = Dictionary(L1=layer)
    page.Contents = pdf.make_stream(
        b"BT /F1 18 Tf 72 700 Td (Seen) Tj ET /OC /L1 BDC BT /F1 18 Tf 72 600 Td (Secret) Tj ET EMC"
    )
    default = Dictionary(OFF=Array([layer])) if hidden else Dictionary(ON=Array([layer]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=default)
    return pdf


@case
def clean(folder: Path) -> Path:
    return saved(new_pdf("One", "Two"), folder / "clean.pdf")


@case
def font_not_embedded(folder: Path) -> Path:
    return saved(new_pdf("Plain Helvetica", embedded=False), folder / "font.pdf")


@case
def named_as_picture(folder: Path) -> Path:
    return written(folder / "scan.jpg", pdf_bytes("A PDF by its bytes"))


@case
def junk_before(folder: Path) -> Path:
    return written(folder / "junk.pdf", b"Content-Type: application/pdf\r\n\r\n" + pdf_bytes("Mailed"))


@case
def junk_after(folder: Path) -> Path:
    return written(folder / "junk.pdf", pdf_bytes("Mailed") + b"\n<!-- scanned by gateway -->\n" * 20)


@case
def truncated(folder: Path) -> Path:
    data = pdf_bytes(*[f"Page {number}" for number in range(1, 20)])
    return written(folder / "cut.pdf", data[: len(data) - 200])


@case
def broken_startxref(folder: Path) -> Path:
    data = pdf_bytes("Text")
    place = data.rfind(b"startxref")
    return written(folder / "xref.pdf", data[:place] + b"startxref\n99999999\n%%EOF\n")


@case
def only_a_header(folder: Path) -> Path:
    return written(folder / "header.pdf", b"%PDF-1.7\n%%EOF\n")


@case
def random_after_header(folder: Path) -> Path:
    return written(folder / "noise.pdf", b"%PDF-1.4\n" + bytes((number * 37 + 11) % 256 for number in range(5000)))


@case
def empty(folder: Path) -> Path:
    return written(folder / "empty.pdf", b"")


@case
def text_named_pdf(folder: Path) -> Path:
    return written(folder / "letter.pdf", b"Dear Sir or Madam,\n")


@case
def old_word(folder: Path) -> Path:
    return written(folder / "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))


@case
def zip_archive(folder: Path) -> Path:
    import zipfile

    with zipfile.ZipFile(folder / "files.pdf", "w") as archive:
        archive.writestr("a.txt", "x")
    return folder / "files.pdf"


@case
def no_pages(folder: Path) -> Path:
    return saved(pikepdf.new(), folder / "none.pdf")


@case
def page_tree_loop(folder: Path) -> Path:
    body = (
        b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
        b"2 0 obj <</Type/Pages/Kids[2 0 R]/Count 1>> endobj\n"
        b"trailer <</Root 1 0 R/Size 3>>\n%%EOF\n"
    )
    return written(folder / "loop.pdf", body)


@case
def user_password(folder: Path) -> Path:
    file = folder / "locked.pdf"
    new_pdf("Secret").save(file, encryption=pikepdf.Encryption(user="open", owner="own"))
    return file


@case
def owner_password(folder: Path) -> Path:
    file = folder / "restricted.pdf"
    allow = pikepdf.Permissions(extract=False, modify_assembly=False, modify_other=False)
    new_pdf("Restricted").save(file, encryption=pikepdf.Encryption(user="", owner="own", allow=allow))
    return file


@case
def old_owner_password(folder: Path) -> Path:
    file = folder / "restricted40.pdf"
    new_pdf("Restricted").save(
        file, encryption=pikepdf.Encryption(user="", owner="own", R=2, aes=False, metadata=False)
    )
    return file


@case
def portfolio(folder: Path) -> Path:
    pdf = new_pdf("For the best experience, open this portfolio in Acrobat")
    pdf.attachments["report.pdf"] = pdf_bytes("The real report")
    pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)
    return saved(pdf, folder / "portfolio.pdf")


@case
def attachment(folder: Path) -> Path:
    pdf = new_pdf("See attached")
    pdf.attachments["draft.txt"] = b"not for CBP"
    return saved(pdf, folder / "attached.pdf")


@case
def document_script(folder: Path) -> Path:
    pdf = new_pdf("Scripted")
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert('hi')"))
    pdf.Root.OpenAction = script
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))
    return saved(pdf, folder / "script.pdf")


@case
def page_script(folder: Path) -> Path:
    pdf = new_pdf("Scripted page")
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert('hi')")))
    return saved(pdf, folder / "page-script.pdf")


@case
def launch_link(folder: Path) -> Path:
    return annotated(folder, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=String("calc.exe")))


@case
def web_link(folder: Path) -> Path:
    return annotated(folder, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("http://tracker.example/")))


@case
def sticky_note(folder: Path) -> Path:
    return annotated(folder, Subtype=Name.Text, Contents=String("do not send this page"), T=String("J. Doe"))


@case
def highlight(folder: Path) -> Path:
    return annotated(
        folder,
        Subtype=Name.Highlight,
        C=Array([1, 1, 0]),
        QuadPoints=Array([100, 150, 200, 150, 100, 100, 200, 100]),
        Contents=String("check"),
    )


@case
def redaction_not_applied(folder: Path) -> Path:
    return annotated(folder, Subtype=Name.Redact, QuadPoints=Array([100, 150, 200, 150, 100, 100, 200, 100]))


@case
def file_attachment(folder: Path) -> Path:
    return annotated(folder, Subtype=Name.FileAttachment, FS=Dictionary(Type=Name.Filespec, F=String("x.exe")))


@case
def film(folder: Path) -> Path:
    return annotated(folder, Subtype=Name.Screen)


@case
def hidden_layer(folder: Path) -> Path:
    return saved(with_layers(hidden=True), folder / "layers.pdf")


@case
def shown_layer(folder: Path) -> Path:
    return saved(with_layers(hidden=False), folder / "layers.pdf")


def form(pdf: Pdf, **entries: object) -> Dictionary:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, Rect=Array([72, 300, 300, 330]), F=4, P=pdf.pages[0].obj, **entries
        )
    )
    pdf.pages[0].Annots = Array([field])
    pdf.Root.AcroForm = pdf.make_indirect(
        Dictionary(
            Fields=Array([field]),
            DA=String("/Helv 12 Tf 0 g"),
            DR=Dictionary(
                Font=Dictionary(Helv=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
            ),
        )
    )
    return pdf.Root.AcroForm


@case
def filled_form(folder: Path) -> Path:
    pdf = new_pdf("Form")
    form(pdf, FT=Name.Tx, T=String("name"), V=String("Northwind"), DA=String("/Helv 12 Tf 0 g"))
    return saved(pdf, folder / "form.pdf")


@case
def signed(folder: Path) -> Path:
    pdf = new_pdf("Signed")
    value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String(b"\x00" * 64))
    form(pdf, FT=Name.Sig, T=String("sig"), V=pdf.make_indirect(value)).SigFlags = 3
    return saved(pdf, folder / "signed.pdf")


@case
def dynamic_xfa(folder: Path) -> Path:
    pdf = new_pdf("Please wait...")
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp:xdp/>"))
    pdf.Root.NeedsRendering = True
    return saved(pdf, folder / "xfa.pdf")


@case
def static_xfa(folder: Path) -> Path:
    pdf = new_pdf("Form")
    form(pdf, FT=Name.Tx, T=String("name"), V=String("Northwind"), DA=String("/Helv 12 Tf 0 g")).XFA = pdf.make_stream(
        b"<xdp:xdp/>"
    )
    return saved(pdf, folder / "xfa.pdf")


@case
def huge_page(folder: Path) -> Path:
    pdf = new_pdf("Huge")
    pdf.pages[0].MediaBox = Array([0, 0, 20_000, 20_000])
    return saved(pdf, folder / "huge.pdf")


@case
def dot_page(folder: Path) -> Path:
    pdf = new_pdf("x")
    pdf.pages[0].MediaBox = Array([0, 0, 1, 1])
    return saved(pdf, folder / "dot.pdf")


@case
def page_without_size(folder: Path) -> Path:
    pdf = new_pdf("No size")
    del pdf.pages[0].MediaBox
    return saved(pdf, folder / "nosize.pdf")


@case
def plan_sheet(folder: Path) -> Path:
    return saved(new_pdf("Warehouse plan", size=(2448, 1584)), folder / "plan.pdf")


@case
def turned_and_cropped(folder: Path) -> Path:
    pdf = new_pdf("Turned", rotate=270)
    pdf.pages[0].CropBox = Array([50, 50, 500, 750])
    return saved(pdf, folder / "turned.pdf")


@case
def page_metadata(folder: Path) -> Path:
    pdf = new_pdf("Private")
    pdf.pages[0].PieceInfo = Dictionary(ADBE=Dictionary(Private=String("internal client note")))
    pdf.pages[0].Metadata = pdf.make_stream(b"<x:xmpmeta>internal client note</x:xmpmeta>", Type=Name.Metadata)
    pdf.docinfo["/Author"] = "internal client note"
    return saved(pdf, folder / "private.pdf")


@case
def cmyk(folder: Path) -> Path:
    pdf = new_pdf("")
    pdf.pages[0].Contents = pdf.make_stream(b"0.2 0.8 0 0.1 k 100 100 300 300 re f")
    return saved(pdf, folder / "cmyk.pdf")


@case
def unbalanced_states(folder: Path) -> Path:
    pdf = new_pdf("")
    pdf.pages[0].Contents = pdf.make_stream(b"q q 2 0 0 2 0 0 cm BT /F1 18 Tf 40 300 Td (Unbalanced) Tj ET Q Q Q Q")
    return saved(pdf, folder / "states.pdf")


@case
def content_bomb(folder: Path) -> Path:
    pdf = new_pdf("")
    line = b"BT /F1 18 Tf 72 700 Td (x) Tj ET\n"
    packed = zlib.compressobj(9)
    data = b"".join(packed.compress(line * 100_000) for _ in range(90)) + packed.flush()
    stream = pdf.make_stream(b"")
    stream.write(data, filter=Name.FlateDecode)
    pdf.pages[0].Contents = stream
    return saved(pdf, folder / "bomb.pdf")


def nested_forms(file: Path, levels: int, draws: bytes) -> Path:
    """Write a page that draws a form, whose content ``draws`` the next one, and so on."""
    pdf = new_pdf("")
    inner = pdf.make_stream(b"BT ET", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    for _ in range(levels):
        inner = pdf.make_stream(
            draws,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([0, 0, 9, 9]),
            Resources=Dictionary(XObject=Dictionary(X=inner)),
        )
    pdf.pages[0].Resources.XObject = Dictionary(X=inner)
    pdf.pages[0].Contents = pdf.make_stream(b"/X Do")
    return saved(pdf, file)


@case
def deep_forms(folder: Path) -> Path:
    return nested_forms(folder / "deep.pdf", 300, b"/X Do")


@case
def doubling_forms(folder: Path) -> Path:
    """Thirty forms, each of which draws the next one twice: a billion in all."""
    return nested_forms(folder / "doubling.pdf", 30, b"/X Do /#58 Do")


@case
def many_symbols(folder: Path) -> Path:
    """A map: one symbol drawn at twenty thousand places."""
    pdf = new_pdf("Map")
    symbol = pdf.make_stream(b"0 0 2 2 re S", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
    page = pdf.pages[0]
    page.Resources.XObject = Dictionary(S=symbol)
    page.Contents = pdf.make_stream(page.Contents.read_bytes() + b" q 1 0 0 1 5 0 cm /S Do Q" * 20_000)
    return saved(pdf, folder / "map.pdf")


def described(pdf: Pdf, *kids: Dictionary) -> Dictionary:
    """Make a file tagged, with ``kids`` as its structure; return the structure's root."""
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array(kids)))
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.pages[0].StructParents = 0
    content = b"/P <</MCID 0>> BDC BT /F1 18 Tf 72 600 Td (Tagged) Tj ET EMC"
    pdf.pages[0].Contents = pdf.make_stream(content)
    return root


def element(pdf: Pdf, role: Name, **entries: object) -> Dictionary:
    return pdf.make_indirect(Dictionary(Type=Name.StructElem, S=role, **entries))


@case
def deep_structure(folder: Path) -> Path:
    pdf = new_pdf("")
    inner = element(pdf, Name.P, Pg=pdf.pages[0].obj, K=0)
    for _ in range(60_000):
        inner, below = element(pdf, Name.Div, K=inner), inner
        below.P = inner
    described(pdf, inner)
    return saved(pdf, folder / "deep.pdf")


@case
def deep_objects(folder: Path) -> Path:
    pdf = new_pdf("Text")
    inner = pdf.make_indirect(Dictionary())
    for _ in range(150_000):
        inner = pdf.make_indirect(Array([inner]))
    pdf.pages[0].Resources.ColorSpace = Dictionary(X=inner)
    return saved(pdf, folder / "chain.pdf")


@case
def twisted_structure(folder: Path) -> Path:
    """Loops, an element in two places, marks and pages that are not there, roles without meaning."""
    pdf = new_pdf("", "")
    page = pdf.pages[0].obj
    paragraph = element(pdf, Name.P, Pg=page, K=Array([0, 7, -1, 5_000_000_000]))
    mark = pdf.make_indirect(Dictionary(Type=Name.MCR, Pg=page, MCID=0))
    again = element(pdf, Name("/Own role"), Pg=page, K=Array([0, mark]), A=Array([Dictionary(O=Name.Layout), 3]))
    table = element(pdf, Name.TH, K=Array([paragraph, None, 7]), ID=String("x"), C=Name.Bold, Lang=String("(\\)"))
    loop = element(pdf, Name.H3, Pg=Dictionary(Type=Name.Page), K=Array([paragraph, table, again, table]))
    loop.K.append(loop)
    gone = Dictionary(Type=Name.OBJR, Obj=Dictionary(Subtype=Name.Widget))
    figure = element(pdf, Name.Figure, K=Array([gone, Dictionary(S=Name.P, Pg=page, K=0), String("kid")]), P=paragraph)
    other = element(pdf, Name.Document, K=Array([figure]))
    described(pdf, element(pdf, Name.Document, K=Array([loop, other])), String("odd")).RoleMap = Dictionary(
        {"/Own role": Name("/Own role"), "/TH": Name.P}
    )
    return saved(pdf, folder / "twisted.pdf")


@case
def png(folder: Path) -> Path:
    Image.new("RGB", (300, 200), "navy").save(folder / "a.png")
    return folder / "a.png"


@case
def png_with_transparency(folder: Path) -> Path:
    Image.new("RGBA", (300, 200), (255, 0, 0, 128)).save(folder / "a.png")
    return folder / "a.png"


@case
def png_16_bit(folder: Path) -> Path:
    Image.new("I;16", (300, 200), 40_000).save(folder / "a.png")
    return folder / "a.png"


@case
def png_bomb(folder: Path) -> Path:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    return written(folder / "bomb.png", data)


@case
def png_cut_off(folder: Path) -> Path:
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 80).save(buffer, "PNG")
    return written(folder / "cut.png", buffer.getvalue()[:20_000])


@case
def jpeg_turned_by_exif(folder: Path) -> Path:
    exif = Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (800, 400), "green").save(folder / "photo.jpg", exif=exif)
    return folder / "photo.jpg"


@case
def jpeg_with_invalid_turn(folder: Path) -> Path:
    exif = Image.Exif()
    exif[0x112] = 99
    Image.new("RGB", (800, 400), "green").save(folder / "photo.jpg", exif=exif)
    return folder / "photo.jpg"


@case
def jpeg_cmyk(folder: Path) -> Path:
    Image.new("CMYK", (300, 200), (0, 200, 0, 0)).save(folder / "a.jpg")
    return folder / "a.jpg"


@case
def tiff_three_pages(folder: Path) -> Path:
    first, *others = [Image.new("1", (850, 1100), number % 2) for number in range(3)]
    first.save(folder / "fax.tif", save_all=True, append_images=others, compression="group4", dpi=(100, 100))
    return folder / "fax.tif"


@case
def tiff_cut_off(folder: Path) -> Path:
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 80).save(buffer, "TIFF")
    return written(folder / "cut.tif", buffer.getvalue()[:30_000])
