"""What the directory refuses.

Refusal
├── organisations  RegionDoesNotFit, CreditCodeInvalid, OrganisationExists, OrganisationClosed, OutsideRegion
├── accounts       RolesDoNotFit, NotYours, UserNameInvalid, UserNameTaken, AccountDisabled, NotYourself,
│                  PasswordTooShort, PasswordIsName
├── clients        ClientDisabled
└── tokens         TokenRequestInvalid, GrantUnsupported, GrantInvalid, SessionOver, ClientInvalid, LoginLocked,
                   PurposeDoesNotFit

Refusals of tokens carry in `error` the code of OAuth 2.0 (RFC 6749 §5.2) too, for clients that know only that.
"""

from typing import Any

from shared.errors import Refusal


class RegionDoesNotFit(Refusal, code="directory.region-does-not-fit", status=422):
    en = "The region of an organisation of the kind {org_type} has {digits} digits (place {place})."
    zh = "{org_type} 类机构的区划代码应为 {digits} 位（第 {place} 项）。"


class CreditCodeInvalid(Refusal, code="directory.credit-code-invalid", status=422):
    en = "This is not a valid unified social credit code ({flaw}, place {place})."
    zh = "统一社会信用代码无效（{flaw}，第 {place} 项）。"


class OrganisationExists(Refusal, code="directory.organisation-exists", status=409):
    en = "The region has an open organisation of this name, or the credit code is taken (places {places})."
    zh = "该地区已有同名机构，或统一社会信用代码已被使用（第 {places} 项）。"


class OrganisationClosed(Refusal, code="directory.organisation-closed", status=409):
    en = "The organisation {organisation} is closed."
    zh = "机构 {organisation} 已停用。"


class OutsideRegion(Refusal, code="directory.outside-region", status=403):
    en = "The region {region} lies outside yours."
    zh = "区划 {region} 不在您的管理范围内。"


class RolesDoNotFit(Refusal, code="directory.roles-do-not-fit", status=422):
    en = "An organisation of the kind {org_type} does not give these roles together: {roles} (place {place})."
    zh = "{org_type} 类机构不能同时授予这些角色：{roles}（第 {place} 项）。"


class NotYours(Refusal, code="directory.not-yours-to-manage", status=403):
    en = "Only an administrator manages administrators."
    zh = "只有管理员可以管理管理员账号。"


class UserNameInvalid(Refusal, code="directory.user-name-invalid", status=422):
    en = "A user name has 3 to 64 characters: letters a to z, digits, and . _ - inside."
    zh = "用户名为 3 至 64 个字符：小写字母、数字，以及中间的 . _ -。"


class UserNameTaken(Refusal, code="directory.user-name-taken", status=409):
    en = "This user name is taken."
    zh = "该用户名已被使用。"


class AccountDisabled(Refusal, code="directory.account-disabled", status=409):
    en = "The account is disabled."
    zh = "该账号已停用。"


class NotYourself(Refusal, code="directory.not-yourself", status=409):
    en = "Nobody disables their own account or closes their own organisation."
    zh = "不能停用自己的账号或所在机构。"


class PasswordTooShort(Refusal, code="directory.password-too-short", status=422):
    en = "A password has at least {shortest} characters."
    zh = "密码至少 {shortest} 个字符。"


class PasswordIsName(Refusal, code="directory.password-is-user-name", status=422):
    en = "The password must not be the user name."
    zh = "密码不能与用户名相同。"


class ClientDisabled(Refusal, code="directory.client-disabled", status=409):
    en = "The API client is disabled."
    zh = "该接口客户端已停用。"


class TokenRefusal(Refusal, code="directory.token-refused", status=400):
    """A token request that is turned down; `error` is its code in RFC 6749."""

    error = "invalid_request"

    def __init__(self, **details: Any) -> None:
        super().__init__(error=self.error, **details)


class TokenRequestInvalid(TokenRefusal, code="directory.token-request-invalid", status=400):
    en = "The token request lacks a field, repeats one, or is not a form; see the API's description."
    zh = "令牌请求缺少或重复字段，或不是表单格式；请参阅接口说明。"


class GrantUnsupported(TokenRefusal, code="directory.grant-unsupported", status=400):
    error = "unsupported_grant_type"
    en = "The grants are password, refresh_token and client_credentials."
    zh = "仅支持 password、refresh_token 与 client_credentials 授权方式。"


class GrantInvalid(TokenRefusal, code="directory.grant-invalid", status=400):
    error = "invalid_grant"
    en = "The user name or the password is wrong, or the account cannot be used."
    zh = "用户名或密码错误，或账号不可用。"


class SessionOver(TokenRefusal, code="directory.session-over", status=400):
    error = "invalid_grant"
    en = "The login has ended; sign in again."
    zh = "登录已结束，请重新登录。"


class ClientInvalid(TokenRefusal, code="directory.client-invalid", status=401):
    error = "invalid_client"
    en = "The client or its secret is wrong, or the client cannot be used."
    zh = "客户端标识或密钥错误，或客户端不可用。"


class PurposeDoesNotFit(TokenRefusal, code="directory.purpose-does-not-fit", status=400):
    error = "invalid_scope"
    en = "An organisation of the kind {org_type} acts for: {purposes}."
    zh = "{org_type} 类机构的用途限于：{purposes}。"


class LoginLocked(Refusal, code="directory.login-locked", status=429):
    en = "Too many failed logins under this user name; try again in {retry_after} seconds."
    zh = "该用户名登录失败次数过多；请在 {retry_after} 秒后重试。"
