"""What the portal refuses.

Refusal
├── SignInFirst     nobody is signed in, or the login has ended
├── FormTooOld      the form does not belong to this login (CSRF)
├── PageUnknown     no such page
├── FileMissing, FileTooLarge, FileTooLong, FileTooOld, FileLocked, FileBroken, FileEmpty     an uploaded file
├── HeadingsUnknown, HeadingsMissing, HeadingsTwice     its first line
└── TooManyUploads  somebody has more files open than anybody needs
"""

from shared.errors import Refusal


class SignInFirst(Refusal, code="portal.sign-in-first", status=401):
    en = "Please sign in."
    zh = "请先登录。"


class FormTooOld(Refusal, code="portal.form-too-old", status=403):
    en = "This form was opened under another login. Open the page again; what you typed is kept as a draft."
    zh = "此表单不是在本次登录中打开的。请重新打开页面；已填写的内容保存为草稿。"


class PageUnknown(Refusal, code="portal.page-unknown", status=404):
    en = "There is no such page, or you have no access to it."
    zh = "没有此页面，或您无权访问。"


class FileMissing(Refusal, code="portal.file-missing", status=422):
    en = "Choose a file first."
    zh = "请先选择文件。"


class FileTooLarge(Refusal, code="portal.file-too-large", status=413):
    en = "The file is larger than {limit} MB, or unpacks to far more than it holds. Send it in several parts."
    zh = "文件超过 {limit} MB，或解压后过大。请分成几个文件上传。"


class FileTooLong(Refusal, code="portal.file-too-long", status=422):
    en = "The file has more than {limit} lines. Send it in several parts."
    zh = "文件超过 {limit} 行。请分成几个文件上传。"


class FileTooOld(Refusal, code="portal.file-too-old", status=422):
    en = "This is a workbook of the old format (.xls). Open it and save it as .xlsx."
    zh = "这是旧格式（.xls）的工作簿。请打开后另存为 .xlsx。"


class FileLocked(Refusal, code="portal.file-locked", status=422):
    en = "This workbook is protected by a password. Save it without one."
    zh = "该工作簿设有打开密码。请取消密码后另存再上传。"


class FileBroken(Refusal, code="portal.file-broken", status=422):
    en = "This file can be read neither as a workbook (.xlsx) nor as text (.csv). Open it, save it as .xlsx, try again."
    zh = "无法按工作簿（.xlsx）或文本（.csv）读取该文件。请打开后另存为 .xlsx 再试。"


class FileEmpty(Refusal, code="portal.file-empty", status=422):
    en = "Nothing stands below the headings of this file."
    zh = "该文件表头以下没有内容。"


class HeadingsUnknown(Refusal, code="portal.headings-unknown", status=422):
    en = "No line with the headings of the template was found. Take the template and keep its first line."
    zh = "未找到模板的表头。请使用模板，并保留第一行。"


class HeadingsMissing(Refusal, code="portal.headings-missing", status=422):
    en = "These columns are missing: {columns}."
    zh = "缺少以下列：{columns}。"


class HeadingsTwice(Refusal, code="portal.headings-twice", status=422):
    en = "These columns stand there twice: {columns}."
    zh = "以下列重复出现：{columns}。"


class TooManyUploads(Refusal, code="portal.too-many-uploads", status=409):
    en = "You have {limit} files here already. Finish or discard one first."
    zh = "您已有 {limit} 个文件。请先完成或丢弃其中一个。"
