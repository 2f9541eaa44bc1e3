"""What the portal refuses.

Refusal
├── SignInFirst     nobody is signed in, or the login has ended
├── FormTooOld      the form does not belong to this login (CSRF)
└── PageUnknown     no such page
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
