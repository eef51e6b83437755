//! The one table of error codes: code, status, public sentence.

macro_rules! codes {
    ($($(#[$doc:meta])+ $code:ident = $name:literal, $status:literal, $detail:literal;)+) => {
        /// An error that a client can see. Each has one status and one fixed sentence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $code,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];

            /// Returns the name in replies.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            /// Returns the HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$code => $status,)+ }
            }

            /// Returns the public sentence; it shows nothing of the request or of a store.
            #[must_use]
            pub const fn detail(self) -> &'static str {
                match self { $(Self::$code => $detail,)+ }
            }
        }
    };
}

codes! {
    /// The request has no valid credential.
    AuthenticationFailed = "AUTHENTICATION_FAILED", 401,
        "Authentication is required, and no valid credential was provided.";
    /// The user lacks the permission.
    AuthorizationDenied = "AUTHORIZATION_DENIED", 403, "You are not allowed to do this.";
    /// The user lacks a role.
    InsufficientRoles = "INSUFFICIENT_ROLES", 403, "You do not have the roles that this needs.";
    /// The login is older than this operation accepts.
    StepUpRequired = "STEP_UP_REQUIRED", 403, "This needs a more recent login.";
    /// The request has a cookie, but its origin could not be verified.
    CsrfFailed = "CSRF_FAILED", 403,
        "The request could not be verified to come from this site.";
    /// The refresh token is not valid.
    RefreshTokenInvalid = "REFRESH_TOKEN_INVALID", 401, "The refresh token is invalid.";
    /// The caller has no such session.
    SessionNotFound = "SESSION_NOT_FOUND", 404, "Session not found.";
    /// The identifier or the password is wrong.
    LoginBadCredentials = "LOGIN_BAD_CREDENTIALS", 400, "Invalid credentials.";
    /// The body of a login has the wrong form.
    LoginPayloadInvalid = "LOGIN_PAYLOAD_INVALID", 422, "Invalid login payload.";
    /// The account is inactive; reported only after the correct password.
    LoginUserInactive = "LOGIN_USER_INACTIVE", 403, "The user account is inactive.";
    /// The address is not verified; reported only after the correct password.
    LoginUserNotVerified = "LOGIN_USER_NOT_VERIFIED", 403, "The user account is not verified.";
    /// The user has as many sessions as allowed; reported only after the correct password.
    LoginTooManySessions = "LOGIN_TOO_MANY_SESSIONS", 403,
        "You are logged in on too many devices: log out on one of them first.";
    /// The address or the name is already in use.
    RegisterUserAlreadyExists = "REGISTER_USER_ALREADY_EXISTS", 400,
        "A user with the provided credentials already exists.";
    /// The policy refuses the password.
    RegisterInvalidPassword = "REGISTER_INVALID_PASSWORD", 400,
        "This password cannot be used: choose a longer one that is neither common nor made of your name, your address or the name of this service.";
    /// The verification token is not valid.
    VerifyUserBadToken = "VERIFY_USER_BAD_TOKEN", 400,
        "The email verification token is invalid.";
    /// The address is verified already.
    VerifyUserAlreadyVerified = "VERIFY_USER_ALREADY_VERIFIED", 400,
        "The user is already verified.";
    /// The reset token is not valid.
    ResetPasswordBadToken = "RESET_PASSWORD_BAD_TOKEN", 400,
        "The password reset token is invalid.";
    /// The policy refuses the password; the token stays valid.
    ResetPasswordInvalidPassword = "RESET_PASSWORD_INVALID_PASSWORD", 400,
        "This password cannot be used: choose a longer one that is neither common nor made of your name, your address or the name of this service.";
    /// The address is already in use.
    UpdateUserEmailAlreadyExists = "UPDATE_USER_EMAIL_ALREADY_EXISTS", 400,
        "A user with the provided credentials already exists.";
    /// The policy refuses the password.
    UpdateUserInvalidPassword = "UPDATE_USER_INVALID_PASSWORD", 400,
        "This password cannot be used: choose a longer one that is neither common nor made of your name, your address or the name of this service.";
    /// The user does not exist.
    UserNotFound = "USER_NOT_FOUND", 404, "User not found.";
    /// A superuser cannot delete its own account.
    SuperuserCannotDeleteSelf = "SUPERUSER_CANNOT_DELETE_SELF", 400,
        "Superusers cannot delete their own account.";
    /// A superuser changes its own account by the routes that ask for the current password.
    SuperuserCannotUpdateSelf = "SUPERUSER_CANNOT_UPDATE_SELF", 400,
        "Superusers change their own account where the current password is asked for.";
    /// The last active superuser cannot be removed.
    LastSuperuser = "LAST_SUPERUSER", 409, "The last active superuser has to stay.";
    /// The body has another form than this route accepts.
    RequestBodyInvalid = "REQUEST_BODY_INVALID", 422, "Invalid request payload.";
    /// The body is not a strict JSON object.
    RequestBodyMalformed = "REQUEST_BODY_INVALID", 400, "Invalid request body.";
    /// The body did not arrive in time.
    RequestTimeout = "REQUEST_TIMEOUT", 408, "The request body did not arrive in time.";
    /// The body is too long.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", 413, "The request body is too large.";
    /// The body is not declared as JSON.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415,
        "The request body has to be JSON, with the content type application/json.";
    /// The route does not support the method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, "This method is not allowed here.";
    /// A required service failed.
    ServiceUnavailable = "SERVICE_UNAVAILABLE", 503,
        "The service is temporarily unavailable. Please try again later.";
    /// The application is configured wrongly; the log says how.
    InternalError = "INTERNAL_ERROR", 500, "Internal server error.";
}

impl ErrorCode {
    /// Returns the title of the status (RFC 9110 §15).
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self.status() {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            409 => "Conflict",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            422 => "Unprocessable Content",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        }
    }
}
