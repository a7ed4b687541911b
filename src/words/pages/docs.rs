//! Words of the page about the API.

use super::PageWords;
use crate::words::sentences;

impl PageWords {
    sentences! {
        docs_heading: "编程接口" | "Programming interface";
        docs_lead: "学校的系统用令牌（token）调用这些接口。说明由程序生成，与实际一致。" |
            "A school's own systems call these with a token. This page is made from the program itself.";
        docs_document: "OpenAPI 3.1 文档" | "OpenAPI 3.1 document";
        docs_contents: "目录" | "Contents";
        docs_parameters: "参数" | "Parameters";
        docs_body: "请求体" | "Body";
        docs_answers: "应答" | "Answers";
        docs_required: "必填" | "required";
        docs_licences: "所用开源软件的许可" | "Licences of the open software used";
    }
}
