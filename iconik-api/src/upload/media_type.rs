//! The media type of a file, by the extension of its name.

/// The media type; `application/octet-stream` where the extension is unknown.
pub(super) fn of(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "3gp" => "video/3gpp",
        "avi" => "video/x-msvideo",
        "m2ts" | "mts" | "ts" => "video/mp2t",
        "m4v" => "video/x-m4v",
        "mkv" => "video/x-matroska",
        "mov" | "qt" => "video/quicktime",
        "mp4" => "video/mp4",
        "mpeg" | "mpg" => "video/mpeg",
        "mxf" => "application/mxf",
        "webm" => "video/webm",
        "wmv" => "video/x-ms-wmv",
        "aac" => "audio/aac",
        "aif" | "aiff" => "audio/aiff",
        "flac" => "audio/flac",
        "m4a" => "audio/mp4",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "dpx" => "image/x-dpx",
        "exr" => "image/x-exr",
        "gif" => "image/gif",
        "heic" => "image/heic",
        "jpeg" | "jpg" => "image/jpeg",
        "png" => "image/png",
        "psd" => "image/vnd.adobe.photoshop",
        "svg" => "image/svg+xml",
        "tif" | "tiff" => "image/tiff",
        "webp" => "image/webp",
        "csv" => "text/csv",
        "srt" => "application/x-subrip",
        "txt" => "text/plain",
        "vtt" => "text/vtt",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_extension_decides_in_any_case() {
        assert_eq!(of("a.b.MXF"), "application/mxf");
        assert_eq!(of("clip.mov"), "video/quicktime");
        for unknown in ["", "mov", "clip.", "clip.unknown"] {
            assert_eq!(of(unknown), "application/octet-stream");
        }
    }
}
